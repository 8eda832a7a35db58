/**
 * Reporter for `node --test`: one JSON line per test, subtests included, with what it came to. Written
 * as it happens, so that a run that is cut short leaves what it had.
 */
export default async function* report(source) {
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const result =
      data.skip !== undefined && data.skip !== false
        ? 'skip'
        : data.todo !== undefined && data.todo !== false
          ? 'todo'
          : type.slice(5);
    const { name, nesting, file } = data;
    yield `${JSON.stringify({ name, nesting, file, result, error: summary(data.details?.error) })}\n`;
  }
}

function summary(error) {
  const cause = error?.cause ?? error;
  return cause === undefined ? undefined : String(cause?.message ?? cause).slice(0, 300);
}
