import type { AgentStatus } from '../../agent/index.js';
import type { Style } from '../report/style.js';
import { printable } from '../report/text-width.js';
import { formatBytes, formatCount } from '../report/units.js';
import type { FieldTally, Tally } from './tally.js';

/** Values shown per field; --json has up to a thousand. */
const SHOWN = 40;

export interface Verified {
  seconds: number;
  /** `agent`: what the running agent put on its way; `socket`: what it would have. */
  source: 'agent' | 'socket';
  destination: AgentStatus['server'];
  /** Batches that came faster than they could be looked at: part of what left, but not of this list. */
  missed: number;
  sent: Tally;
}

/** The list for a reader who wants to know every word that leaves. */
export function renderVerified(
  { seconds, source, destination, missed, sent }: Verified,
  style: Style,
): string {
  const where =
    destination === undefined
      ? 'nowhere: no server is configured, data stays on this host'
      : `https://${destination.address}${destination.proxy === undefined ? '' : ` through the proxy ${destination.proxy}`}`;
  const lines = [
    style.bold(`What ${source === 'agent' ? 'went' : 'would go'} out in ${seconds} s`),
    `  to           ${where}`,
    `  batches      ${formatCount(sent.batches)}, ${formatBytes(sent.bytes)} (gzip), ${formatBytes(sent.unpackedBytes)} unpacked`,
    ...(missed === 0
      ? []
      : [style.yellow(`  not listed   ${formatCount(missed)} batches that came too fast`)]),
    '',
    style.bold('About the sender (resource)'),
    ...fields(sent.resource, style),
    ...Object.entries(sent.scopes).map(
      ([scope, times]) => `  scope  ${printable(scope)}  ×${formatCount(times)}`,
    ),
    '',
    style.bold('Metrics'),
    ...Object.entries(sent.metrics)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([name, { kind, unit, points }]) =>
          `  ${name}  ${style.dim(`${kind}, unit ${unit || 'none'}`)}  ×${formatCount(points)}`,
      ),
    '',
    style.bold('About each series (attributes)'),
    ...fields(sent.attributes, style),
    '',
    style.bold('Slow requests, call by call (spans)'),
    ...spanLines(sent.waterfalls, style),
    '',
    style.bold('Stated as lost'),
    ...lostLines(sent),
    '',
    'That is all. Each batch travels over TLS with these headers: authorization (the ingest key), content-type,',
    'content-encoding, content-length, user-agent, host, and retrace-batch (agent, start and number of the batch).',
    '',
  ];
  return lines.join('\n');
}

function spanLines(waterfalls: Tally['waterfalls'], style: Style): string[] {
  const { requests, spans } = waterfalls;
  if (spans === 0) return ['  none'];
  return [
    `  ${formatCount(requests)} ${requests === 1 ? 'request' : 'requests'}, ${formatCount(spans)} spans; each with random ids (16 and 8 bytes), start and end`,
    ...fields(waterfalls.fields, style),
  ];
}

function lostLines({ dropped, droppedWaterfalls }: Tally): string[] {
  const lines = [
    ...Object.entries(dropped).map(
      ([reason, records]) => `  ${printable(reason)}  ${formatCount(records)}`,
    ),
    ...Object.entries(droppedWaterfalls).map(
      ([reason, lost]) => `  ${printable(reason)}  ${formatCount(lost)} slow requests`,
    ),
  ];
  return lines.length === 0 ? ['  nothing'] : lines;
}

function fields(tallies: Record<string, FieldTally>, style: Style): string[] {
  return Object.entries(tallies)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, { stated, values, further }]) => {
      const sorted = Object.entries(values).sort(([, a], [, b]) => b - a);
      const more = sorted.length - SHOWN;
      return [
        `  ${name}  ${style.dim(`stated ${formatCount(stated)} times, ${sorted.length}${further > 0 ? '+' : ''} values`)}`,
        ...sorted
          .slice(0, SHOWN)
          .map(
            ([value, times]) => `      ${printable(value)}  ${style.dim(`×${formatCount(times)}`)}`,
          ),
        ...(more > 0 ? [style.dim(`      and ${formatCount(more)} more: see --json`)] : []),
      ];
    });
}
