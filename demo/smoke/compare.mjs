import { CALLS, QUERIES, callKey, queryKey } from './expected.mjs';

/** Makes plain comparable records of both sides: what must be, and what the API says. */

const sorted = (entries) =>
  [...entries]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, count]) => `${key}=${count}`)
    .join(' ');

const sum = (map) => [...map.values()].reduce((total, count) => total + count, 0);

function expectedRow(kind, name, tally) {
  const row = {
    kind,
    name,
    calls: tally.calls,
    errors: sum(tally.errors),
    errorTypes: sorted(tally.errors),
  };
  if (kind !== 'endpoint') row.callers = sorted(tally.callers);
  if (kind === 'query')
    row.repeated = `${tally.repeatedRequests} requests, ${tally.repeatedMax} at most`;
  if (kind === 'call') row.statuses = sorted(tally.statuses);
  return row;
}

/** @param {import('../traffic/truth.mjs').Truth} truth  @param {Record<string, number>} ports of the services */
export function expectedRows(truth, ports) {
  const rows = new Map();
  for (const [name, tally] of truth.endpoints) {
    rows.set(`endpoint ${name}`, expectedRow('endpoint', name, tally));
  }
  for (const [key, tally] of truth.queries) {
    rows.set(`query ${queryKey(QUERIES[key])}`, expectedRow('query', QUERIES[key], tally));
  }
  for (const [key, tally] of truth.calls) {
    const { method, service, template } = CALLS[key];
    const name = `${method} ${service}${template}`;
    rows.set(`call ${callKey(method, ports[service], template)}`, expectedRow('call', name, tally));
  }
  return rows;
}

function reportedRow(kind, { row, related }) {
  const errors = new Map(
    row.errorTypes.filter(({ calls }) => calls > 0).map(({ type, calls }) => [type, calls]),
  );
  const made = {
    kind,
    name: row.name,
    calls: row.calls,
    errors: row.errors,
    errorTypes: sorted(errors),
  };
  if (kind !== 'endpoint') made.callers = sorted(related.map(({ name, calls }) => [name, calls]));
  if (kind === 'query') {
    made.name = row.query.text;
    made.repeated = `${row.query.repeatedRequests} requests, ${row.query.repeatedMax} at most`;
  }
  if (kind === 'call') {
    const counts = Object.entries(row.call.statuses).filter(([, calls]) => calls > 0);
    made.statuses = sorted(counts);
  }
  return made;
}

/** @param {Awaited<ReturnType<import('./api.mjs').readReports>>} reports */
export function reportedRows(reports) {
  const rows = new Map();
  for (const entry of reports.endpoints) {
    rows.set(`endpoint ${entry.row.name}`, reportedRow('endpoint', entry));
  }
  for (const entry of reports.queries) {
    rows.set(`query ${queryKey(entry.row.query.text)}`, reportedRow('query', entry));
  }
  for (const entry of reports['web-services']) {
    const { method, port, template } = entry.row.call;
    rows.set(`call ${callKey(method, port, template)}`, reportedRow('call', entry));
  }
  return rows;
}

/** @returns {{ name: string, field: string, expected: unknown, reported: unknown }[]} empty when all is equal */
export function differences(expected, reported) {
  const found = [];
  for (const [key, row] of expected) {
    const other = reported.get(key);
    if (other === undefined) {
      found.push({
        name: `${row.kind} ${row.name}`,
        field: 'row',
        expected: `${row.calls} calls`,
        reported: 'absent',
      });
      continue;
    }
    for (const field of ['calls', 'errors', 'errorTypes', 'callers', 'statuses', 'repeated']) {
      if (row[field] !== other[field]) {
        found.push({
          name: `${row.kind} ${row.name}`,
          field,
          expected: row[field],
          reported: other[field],
        });
      }
    }
  }
  for (const [key, row] of reported) {
    if (!expected.has(key)) {
      found.push({
        name: `${row.kind} ${row.name}`,
        field: 'row',
        expected: 'absent',
        reported: `${row.calls} calls`,
      });
    }
  }
  return found;
}
