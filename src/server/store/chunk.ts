import { Histogram } from '../../histogram/index.js';
import { ByteReader, ByteWriter, CorruptChunkError } from './varint.js';

/**
 * A chunk holds all series of up to 64 operations of one service, kind and period in one blob: one row to
 * read and write instead of one per series, which is what makes reports of many thousand series fast
 * (about 1 µs per series instead of 5 for a row of its own).
 *
 *   version = 1 | entry …
 *   entry = operation - previous operation | caller | outcome | payload             (all varints)
 *   payload = count | sumUs | length | Histogram.encode()  outcome > 0: timings of that outcome
 *           = n | n numbers                                outcome = 0: facts, see FactRule
 *
 * Entries ascend by (operation, caller, outcome): one content has exactly one encoding.
 */
const VERSION = 1;

/** Outcome id of entries that carry facts instead of timings. */
export const FACTS = 0;
/** Caller id of series outside any endpoint. */
export const NO_CALLER = 0;

export interface ChunkEntry {
  readonly operation: number;
  readonly caller: number;
  readonly outcome: number;
  /** Timings; decoded only when something is merged into them. */
  histogram: Histogram | undefined;
  encoded: Uint8Array | undefined;
  count: number;
  sumUs: number;
  facts: number[] | undefined;
}

/**
 * How facts of one entry combine: `max` for the third fact of a query (most runs in one request) and for the fourth
 * of a host's series (the largest measurement).
 */
export type FactRule = 'sum' | 'sum-sum-max' | 'sum-sum-sum-max';

export class Chunk {
  private readonly entries = new Map<string, ChunkEntry>();

  get size(): number {
    return this.entries.size;
  }

  has(operation: number, caller: number, outcome: number): boolean {
    return this.entries.has(`${operation}.${caller}.${outcome}`);
  }

  addTimings(operation: number, caller: number, outcome: number, timings: Histogram): void {
    const key = `${operation}.${caller}.${outcome}`;
    const known = this.entries.get(key);
    if (known === undefined) {
      this.entries.set(key, {
        operation,
        caller,
        outcome,
        // Bytes, not the caller's object: merging into that would change a batch that may be stored again.
        histogram: undefined,
        encoded: timings.encode(),
        count: timings.count,
        sumUs: timings.sumUs,
        facts: undefined,
      });
      return;
    }
    const histogram = histogramOf(known);
    histogram.merge(timings);
    changed(known, histogram);
  }

  addFacts(operation: number, caller: number, facts: readonly number[], rule: FactRule): void {
    const key = `${operation}.${caller}.${FACTS}`;
    const known = this.entries.get(key);
    if (known?.facts !== undefined) {
      combineFacts(known.facts, facts, rule);
      return;
    }
    this.entries.set(key, {
      operation,
      caller,
      outcome: FACTS,
      histogram: undefined,
      encoded: undefined,
      count: 0,
      sumUs: 0,
      facts: [...facts],
    });
  }

  /** Adds every series of an encoded chunk; series it does not have yet are taken over undecoded. */
  mergeEncoded(bytes: Uint8Array, rule: FactRule): void {
    readChunk(bytes, (view) => {
      if (view.outcome === FACTS) {
        this.addFacts(view.operation, view.caller, view.facts, rule);
        return;
      }
      const key = `${view.operation}.${view.caller}.${view.outcome}`;
      const known = this.entries.get(key);
      if (known !== undefined) {
        const histogram = histogramOf(known);
        histogram.mergeEncoded(bytes, view.start, view.end);
        changed(known, histogram);
        return;
      }
      this.entries.set(key, {
        operation: view.operation,
        caller: view.caller,
        outcome: view.outcome,
        histogram: undefined,
        encoded: bytes.subarray(view.start, view.end),
        count: view.count,
        sumUs: view.sumUs,
        facts: undefined,
      });
    });
  }

  encode(): Uint8Array {
    const sorted = [...this.entries.values()].sort(
      (a, b) => a.operation - b.operation || a.caller - b.caller || a.outcome - b.outcome,
    );
    const writer = new ByteWriter();
    writer.byte(VERSION);
    let previous = 0;
    for (const entry of sorted) {
      writer.varint(entry.operation - previous);
      previous = entry.operation;
      writer.varint(entry.caller);
      writer.varint(entry.outcome);
      if (entry.outcome === FACTS) {
        const facts = entry.facts ?? [];
        writer.varint(facts.length);
        for (const fact of facts) writer.varint(fact);
      } else {
        const encoded = (entry.encoded ??= histogramOf(entry).encode());
        writer.varint(entry.count);
        writer.varint(entry.sumUs);
        writer.varint(encoded.length);
        writer.raw(encoded);
      }
    }
    return writer.finish();
  }
}

/** One series while it is read: the same object for all of a chunk, valid only inside the callback. */
export interface EntryView {
  operation: number;
  caller: number;
  outcome: number;
  /** Calls; 0 for facts. */
  count: number;
  /** 0 for facts. */
  sumUs: number;
  /** Where in the chunk its histogram's bytes begin and end; 0 for facts. */
  start: number;
  end: number;
  /** Empty for timings. */
  facts: number[];
}

const NO_FACTS: number[] = [];

/** Calls `visit` for each entry, in order. @throws CorruptChunkError */
export function readChunk(bytes: Uint8Array, visit: (view: EntryView) => void): void {
  const reader = new ByteReader(bytes);
  if (reader.byte() !== VERSION) throw new CorruptChunkError('unknown version');
  const view: EntryView = {
    operation: 0,
    caller: 0,
    outcome: 0,
    count: 0,
    sumUs: 0,
    start: 0,
    end: 0,
    facts: NO_FACTS,
  };
  while (!reader.done) {
    view.operation += reader.varint();
    view.caller = reader.varint();
    view.outcome = reader.varint();
    if (view.outcome === FACTS) {
      const facts = new Array<number>(reader.varint());
      for (let i = 0; i < facts.length; i++) facts[i] = reader.varint();
      view.count = 0;
      view.sumUs = 0;
      view.start = 0;
      view.end = 0;
      view.facts = facts;
    } else {
      view.count = reader.varint();
      view.sumUs = reader.varint();
      view.start = reader.skip(reader.varint());
      view.end = reader.at;
      view.facts = NO_FACTS;
    }
    visit(view);
  }
}

function histogramOf(entry: ChunkEntry): Histogram {
  return entry.histogram ?? Histogram.decode(entry.encoded as Uint8Array);
}

function changed(entry: ChunkEntry, histogram: Histogram): void {
  entry.histogram = histogram;
  entry.encoded = undefined;
  entry.count = histogram.count;
  entry.sumUs = histogram.sumUs;
}

/** In place. Sums saturate at the largest exact integer. */
export function combineFacts(into: number[], more: readonly number[], rule: FactRule): void {
  const maximum = rule === 'sum' ? -1 : rule === 'sum-sum-max' ? 2 : 3;
  for (let i = 0; i < more.length; i++) {
    const ours = into[i] ?? 0;
    const theirs = more[i] as number;
    into[i] =
      i === maximum ? Math.max(ours, theirs) : Math.min(Number.MAX_SAFE_INTEGER, ours + theirs);
  }
}
