import type { WaterfallSpanWrite, WaterfallSplit } from '../store/waterfall-types.js';

type Interval = readonly [fromUs: number, toUs: number];

/** Where a request's time went: time in which anything of a component ran counts once, and not beyond its end. */
export function splitOf(durationUs: number, spans: readonly WaterfallSpanWrite[]): WaterfallSplit {
  const of = (kind?: WaterfallSpanWrite['kind']): number =>
    coveredUs(
      spans
        .filter((span) => kind === undefined || span.kind === kind)
        .map((span): Interval => {
          const fromUs = Math.min(span.startUs, durationUs);
          return [fromUs, Math.min(durationUs, span.startUs + span.durationUs)];
        }),
    );
  return {
    databaseUs: of('query'),
    webServicesUs: of('call'),
    ownCodeUs: durationUs - of(),
  };
}

function coveredUs(intervals: readonly Interval[]): number {
  let covered = 0;
  let untilUs = 0;
  for (const [fromUs, toUs] of [...intervals].sort((a, b) => a[0] - b[0])) {
    if (toUs <= untilUs) continue;
    covered += toUs - Math.max(fromUs, untilUs);
    untilUs = toUs;
  }
  return covered;
}
