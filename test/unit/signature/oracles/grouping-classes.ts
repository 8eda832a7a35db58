/**
 * Why a group of PostgreSQL's fingerprint is split, or two of them are one: each class is a rule that, applied to the
 * signatures (or texts), makes the difference vanish. The first that does names the class. A development-time oracle.
 */
interface Rule {
  name: string;
  /** Takes the difference out of a signature. */
  drop: (signature: string) => string;
}

const words = (text: string): string =>
  text
    .match(/[\w?"]+/g)
    ?.sort()
    .join(' ') ?? '';

/** Lists of constants, and calls with nothing but constants: one constant. */
function foldArguments(text: string): string {
  let folded = text.replace(/\bdefault\b/g, '?');
  for (let before = ''; before !== folded;) {
    before = folded;
    folded = folded
      .replace(/\?(?:, ?\?)+/g, '?')
      .replace(/\w+ ?\((?:\?|array\[\?\])?\)/g, '?')
      .replace(/ ?\(\?\)/g, ' ?');
  }
  return folded;
}

const TYPED =
  /\b(?:date|time|timestamp|timestamptz|timetz|interval|point|box|circle|char|float[48]|int[248]|numeric|bit)(?: with(?:out)? time zone)? (?=\?)/g;

/** In this order; what needs several of them is a class of its own. */
const splits: readonly Rule[] = [
  {
    name: 'types written to a constant (`1::int8`, `date ?`)',
    drop: (text) =>
      text
        .replace(/\(\?\)(?=::)/g, '?')
        .replace(
          /\?(?:::(?:"?[a-z_][\w."]*(?:\(\?(?:, ?\?)*\))?(?:\[\??\])*(?: (?:with|without) time zone| varying| precision)?))+/g,
          '?',
        )
        .replace(TYPED, ''),
  },
  { name: 'digits in the names of tables (partitions)', drop: (text) => text.replace(/\d+/g, '') },
  {
    name: 'names of temporary tables',
    drop: (text) =>
      text
        .replace(/\btemp\b/g, 'temporary')
        .replace(/(temporary (?:table|view|sequence) (?:if not exists )?)[\w."?]+ ?/g, '$1'),
  },
  {
    name: 'names of output columns',
    drop: (text) => text.replace(/ as (?:"[^"]*"|\w+|\?)(?=[ ,)]|$)/g, ''),
  },
  {
    name: '`IN (?)` and `= ?`',
    drop: (text) => text.replace(/\bnot in \(\?\)/g, '<> ?').replace(/\bin \(\?\)/g, '= ?'),
  },
  { name: 'number of values or arguments', drop: foldArguments },
  {
    name: 'words without a meaning (`WORK`, `SAVEPOINT`, `RESTRICT`, `TABLE`)',
    drop: (text) =>
      text
        .replace(
          /\b(?:work|transaction|savepoint|prepare|restrict|table|column|to|in|inner|outer|all)\b ?/g,
          '',
        )
        .trimEnd(),
  },
  {
    name: 'tables that have the same alias',
    drop: (text) =>
      text.replace(
        /(?<=\b(?:from|join) |, )[a-z_][\w.]* (?:as )?(?!where|on|group|order|join|left)(?=[a-z]\w*)/g,
        '',
      ),
  },
  { name: 'order of columns, conditions or arguments', drop: words },
];

/** Rules for texts whose signatures are one: what a signature hides. */
const merges: readonly [string, RegExp][] = [
  ['roles and users', /\b(?:role|user|owner|grant|revoke|group|policy|privileges)\b/],
  ['servers and subscriptions', /\b(?:server|subscription|mapping)\b/],
  ['what SET, RESET and CONSTRAINTS are about', /^(?:set|reset|show)\b/],
  ['values of options (`fillfactor = 9`)', /\bwith \(|\bset \(|\((?:locale|modulus)/],
  ['comments on objects', /^comment\b/],
  [
    'names of cursors, savepoints, channels, prepared statements',
    /^(?:declare|fetch|close|move|savepoint|release|rollback|listen|notify|unlisten|prepare|execute|deallocate)\b/,
  ],
];

const SEVERAL = 'several of these at once';
const CLAUSE = 'a clause, an argument or a column that the fingerprint does not look at';
const OTHER = 'other spellings and names';

/** Class of a fingerprint's group whose signatures differ. */
export function splitClass(signatures: readonly string[]): string {
  const lower = signatures.map((text) => text.toLowerCase());
  const same = (texts: readonly string[]): boolean => new Set(texts).size === 1;
  for (const { name, drop } of splits) {
    if (same(lower.map((text) => drop(text).trim()))) return name;
  }
  const all = (text: string): string => splits.reduce((rest, { drop }) => drop(rest).trim(), text);
  if (same(lower.map(all))) return SEVERAL;
  const lists = lower.map((text) => words(all(text)).split(' '));
  const [shortest, ...longer] = lists.sort((a, b) => a.length - b.length);
  const within = longer.every((list) => shortest?.every((word) => list.includes(word)));
  return within ? CLAUSE : OTHER;
}

/** Class of a signature that stands for several fingerprints. */
export function mergeClass(signature: string): string {
  const lower = signature.toLowerCase();
  return (
    merges.find(([, pattern]) => pattern.test(lower))?.[0] ??
    'values with different types or signs, ids in names, `ASC`'
  );
}

/** A table in Markdown: classes with their counts, most frequent first, and an example of each. */
export function tableOf(classes: ReadonlyMap<string, { count: number; example: string }>): string {
  const rows = [...classes].sort(([a, x], [b, y]) => y.count - x.count || a.localeCompare(b));
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  return [
    '| Class | Groups | Example |',
    '| --- | --- | --- |',
    ...rows.map(([name, { count, example }]) => `| ${name} | ${count} | ${cell(example)} |`),
  ].join('\n');
}
