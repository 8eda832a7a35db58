/** What is missing, in words: every reason the runtime, the agent and the server count losses under. */
import type { Loss } from '../../server/api-types.js';

const WORDS: Record<string, string> = {
  ring_full: 'the app was faster than Retrace’s worker, which gave way',
  runtime_backlog: 'the agent was away for too long and the app’s memory bound was reached',
  exit: 'the app ended before everything could be handed over',
  spool_full: 'the server was away for too long and the agent’s disk bound was reached',
  spool_corrupt: 'a part of the agent’s disk buffer could not be read back',
  rejected: 'the server refused a batch',
  unsupported: 'another SDK sent a form of metric that cannot be shown here',
  unsupported_signal: 'another SDK sent traces or logs, which are not stored',
};

/** A reason without words here is shown as it came. */
export function describeLoss(reason: string): string {
  return WORDS[reason] ?? reason;
}

/** All records that are known to be missing from the figures. */
export function totalLost(losses: readonly Loss[]): number {
  return sumOf(losses.filter((loss) => loss.kind === undefined));
}

/** All slow requests whose waterfall was chosen and lost; the figures have them. */
export function totalWaterfallsLost(losses: readonly Loss[]): number {
  return sumOf(losses.filter((loss) => loss.kind === 'waterfall'));
}

const sumOf = (losses: readonly Loss[]): number =>
  losses.reduce((sum, loss) => sum + loss.records, 0);

/** One entry per kind and reason, biggest first; services are added up. */
export function groupLosses(losses: readonly Loss[]): Omit<Loss, 'service'>[] {
  const groups = new Map<string, Omit<Loss, 'service'>>();
  for (const { reason, kind, records } of losses) {
    const key = `${kind ?? ''}/${reason}`;
    const known = groups.get(key)?.records ?? 0;
    groups.set(key, { reason, ...(kind && { kind }), records: known + records });
  }
  return [...groups.values()]
    .filter((loss) => loss.records > 0)
    .sort((a, b) => b.records - a.records);
}
