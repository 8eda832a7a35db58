import type { RelatedRow, ReportKind } from '../api-types.js';
import type { SeriesView } from '../store/store.js';
import { Tally } from './tally.js';

/** One related row while its series are added up. */
export class RelatedTally {
  private readonly tally = new Tally();
  private repeatedRequests = 0;
  private repeatedMax = 0;

  add(view: SeriesView): void {
    if (view.outcome !== undefined) {
      this.tally.add(view);
      return;
    }
    this.repeatedRequests += view.facts[0] ?? 0;
    this.repeatedMax = Math.max(this.repeatedMax, view.facts[2] ?? 0);
  }

  toRow(report: ReportKind, id: string, name: string, rowTotalUs: number): RelatedRow {
    const stats = this.tally.stats();
    return {
      ...stats,
      id,
      report,
      name,
      share: rowTotalUs === 0 ? 0 : stats.totalUs / rowTotalUs,
      repeatedRequests: this.repeatedRequests,
      repeatedMax: this.repeatedMax,
    } as RelatedRow;
  }
}
