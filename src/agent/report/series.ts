/** What is counted together: the attributes of a data point that a report tells apart. */
export interface Series {
  kind: 'request' | 'query' | 'call';
  service: string;
  /** Row of the table. */
  name: string;
  /** Queries: the signature; else ''. */
  text: string;
  source: string;
  /** Endpoint that made the query or call; for requests the row itself. */
  endpoint: string;
  /** '' = success. */
  errorType: string;
  other: boolean;
}

/** Overflow rows kept apart by service before they share one. */
const MAX_OVERFLOW_SERIES = 1000;
const OVERFLOW_SERVICE = '(other services)';

/**
 * Interns series: minutes keep small integers instead of texts. Bounded; past the bound a series is folded into
 * its service's overflow row, so that totals stay right.
 */
export class SeriesTable {
  private readonly ids = new Map<string, number>();
  private readonly series = new Map<number, Series>();
  private nextId = 1;

  constructor(private readonly maxSeries: number) {}

  idOf(wanted: Series): number {
    const key = keyOf(wanted);
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    if (this.ids.size >= this.maxSeries) {
      if (!wanted.other) return this.idOf(overflowOf(wanted, wanted.service));
      // Even the overflow rows are too many: a sender invents service names.
      const rest = overflowOf(wanted, OVERFLOW_SERVICE);
      const full = this.ids.size >= this.maxSeries + MAX_OVERFLOW_SERIES;
      if (full && wanted.service !== OVERFLOW_SERVICE) return this.idOf(rest);
    }
    const id = this.nextId;
    this.nextId += 1;
    this.ids.set(key, id);
    this.series.set(id, wanted);
    return id;
  }

  get(id: number): Series | undefined {
    return this.series.get(id);
  }

  /** Forgets every series that is not in `used`. */
  sweep(used: ReadonlySet<number>): void {
    for (const [key, id] of this.ids) {
      if (used.has(id)) continue;
      this.ids.delete(key);
      this.series.delete(id);
    }
  }
}

function keyOf(series: Series): string {
  const { kind, service, name, text, source, endpoint, errorType, other } = series;
  return [kind, service, name, text, source, endpoint, errorType, other ? '1' : ''].join('\u0000');
}

function overflowOf({ kind }: Series, service: string): Series {
  const name = 'Other';
  return { kind, service, name, text: '', source: '', endpoint: '', errorType: '', other: true };
}
