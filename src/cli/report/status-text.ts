import type { AgentStatus, Count } from '../../agent/index.js';
import { formatBytes, formatCount } from './units.js';

/** `retrace agent status` as text. */
export function formatStatus(status: AgentStatus, nowMs = Date.now()): string {
  const { counts, uplink, spool, handover } = status;
  const rows: [string, string][] = [
    ['agent', `${status.agentId} (pid ${status.pid}), up ${ago(nowMs - status.startedAtMs)}`],
    ['server', serverText(status)],
    ['uplink', connectionText(status, nowMs)],
    [
      'runtimes',
      `${formatCount(status.runtimes.heardOf)} heard of within ${status.runtimes.withinSeconds / 60} min`,
    ],
    ['recovered', amount(counts.recovered)],
    [
      'received',
      `${amount(counts.received)}; ${formatCount(counts.duplicates)} duplicates ignored`,
    ],
    ['committed', `${amount(counts.committed)}; ${formatBytes(uplink.sentBytes)} sent`],
    [
      'spooled',
      `${amount(counts.spooled)}; ${formatBytes(spool.bytes)} of ${formatBytes(spool.maxBytes)}`,
    ],
    ...Object.entries(counts.dropped).map(([reason, count]): [string, string] => [
      'dropped',
      `${amount(count)}: ${reason}`,
    ]),
    ...Object.entries(status.refused).map(([code, count]): [string, string] => [
      'refused',
      `${formatCount(count)} requests: ${code}`,
    ]),
    [
      'hand-over',
      `${formatCount(handover.taken)} files taken, ${formatCount(handover.malformed)} malformed; ` +
        `${formatCount(handover.missing)} processes ended without their last window`,
    ],
    ...reloadRows(status, nowMs),
  ];
  return `${rows.map(([name, text]) => `${name.padEnd(10)} ${text}`).join('\n')}\n`;
}

function serverText({ mode, server }: AgentStatus): string {
  if (mode === 'local' || server === undefined) return 'none configured: data stays on this host';
  const through = server.proxy === undefined ? '' : ` through the proxy ${server.proxy}`;
  return `${server.address}${through}${server.clientCertificate ? ', with a client certificate' : ''}`;
}

function reloadRows({ reloads }: AgentStatus, nowMs: number): [string, string][] {
  if (reloads.count === 0) return [];
  const when = `${ago(nowMs - reloads.lastMs)} ago`;
  const bad = `not changed because of ${reloads.lastProblem}, ${when}`;
  return [['reloaded', reloads.lastProblem === '' ? when : bad]];
}

function connectionText({ mode, uplink }: AgentStatus, nowMs: number): string {
  if (mode === 'local') return 'off';
  const last =
    uplink.lastSuccessMs === 0
      ? 'nothing taken yet'
      : `last success ${ago(nowMs - uplink.lastSuccessMs)} ago`;
  if (uplink.lastFailure === '') return `${uplink.state}, ${last}`;
  return `${uplink.state} after ${uplink.lastFailure} (${uplink.consecutiveFailures} in a row), ${last}`;
}

function amount({ batches, records, waterfalls = 0 }: Count): string {
  const slow = waterfalls === 1 ? 'slow request' : 'slow requests';
  const shown = waterfalls === 0 ? '' : ` and ${formatCount(waterfalls)} ${slow}`;
  return `${formatCount(records)} operations${shown} in ${formatCount(batches)} ${batches === 1 ? 'batch' : 'batches'}`;
}

function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
