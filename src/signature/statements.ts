import { type DictionaryEntry, OVERFLOW_ID } from './dictionary.js';
import { type Dialect, dialectOf } from './sql/dialects.js';
import { ShapeCache } from './sql/shapes.js';
import { SqlReader } from './sql/signature.js';
import { TextCache } from './text-cache.js';

export interface StatementOptions {
  /** Most signatures. */
  readonly queries: number;
  /** Texts of one generation of the cache. */
  readonly cachedTexts: number;
  /** Characters of one generation of the cache. */
  readonly cachedChars: number;
  /** Called once per new signature, before its id is returned. */
  readonly onEntry: (entry: DictionaryEntry) => void;
  /** Announces that the bound is reached, once. @returns the id of what is past it */
  readonly overflow: () => number;
}

/** Different database systems one process talks to; more share the cache of the unknown dialect. */
const MAX_SYSTEMS = 8;

/** So many new texts of known shapes in a row, and the cache of texts is asked for every sixteenth only. */
const INLINES = 64;
const RARELY = 15;

/** Statements of one database system. */
class QueryCache {
  constructor(
    readonly dialect: Dialect,
    readonly texts: TextCache,
  ) {}
}

/**
 * Statement → id of its signature. With the engine behind it the largest part of the runtime, in a file of its own:
 * an app that has no SQL client never loads it.
 */
export class StatementTable {
  private readonly reader = new SqlReader();
  private readonly shapes = new ShapeCache<number>();
  /** Texts of known shapes since one was known as a whole: an app that writes its values into its statements. */
  private inARow = 0;
  private sameShapes = 0;

  private lastSystem = '';
  private lastCache: QueryCache;
  private readonly caches = new Map<string, QueryCache>();
  private readonly queries = new Map<number, number>();
  /** 1 is reserved for the overflow entry. */
  private nextQuery = OVERFLOW_ID + 1;

  constructor(private readonly options: StatementOptions) {
    this.lastCache = this.cacheOf('');
  }

  /** Interns a statement. A known text costs one Map lookup. */
  signature(text: string, system: string): number {
    if (system !== this.lastSystem) {
      this.lastCache = this.cacheOf(system);
      this.lastSystem = system;
    }
    const cache = this.lastCache;
    // A text that was never seen has no hash yet: computing it takes longer than comparing its shape.
    const asks = this.inARow < INLINES || (++this.inARow & RARELY) === 0;
    if (asks) {
      const known = cache.texts.get(text);
      if (known !== 0) {
        this.inARow = 0;
        return known;
      }
    }
    try {
      return this.newText(text, cache, asks);
    } catch {
      return this.options.overflow();
    }
  }

  private cacheOf(system: string): QueryCache {
    const known = this.caches.get(system);
    if (known !== undefined) return known;
    if (this.caches.size >= MAX_SYSTEMS) return this.caches.get('') as QueryCache;
    const { cachedTexts, cachedChars } = this.options;
    const cache = new QueryCache(dialectOf(system), new TextCache(cachedTexts, cachedChars));
    this.caches.set(system, cache);
    return cache;
  }

  /** @param asked whether the cache of texts was asked already. */
  private newText(text: string, cache: QueryCache, asked: boolean): number {
    const { reader, shapes } = this;
    const { dialect, texts } = cache;
    reader.source.load(text);
    const same = shapes.find(reader.source, dialect);
    if (same !== undefined) {
      if (this.inARow < INLINES) this.inARow++;
      // One of eight: a text that comes again is kept soon, one that never does costs nothing.
      this.sameShapes = (this.sameShapes + 1) & 7;
      if (this.sameShapes === 0) texts.set(text, same);
      return same;
    }
    if (!asked) {
      const known = texts.get(text);
      if (known !== 0) return known;
    }
    reader.readLoaded(dialect);
    const id = this.newSignature(reader);
    if (reader.ordinary && id !== OVERFLOW_ID) shapes.remember(reader.source, dialect, id);
    texts.set(text, id);
    return id;
  }

  private newSignature(reader: SqlReader): number {
    // 53 of the 64 bits: an exact number, and a key that needs no string.
    const key = (reader.high >>> 0) * 0x20_0000 + (reader.low >>> 11);
    const known = this.queries.get(key);
    if (known !== undefined) return known;
    if (this.queries.size >= this.options.queries) return this.options.overflow();
    const id = this.nextQuery++;
    this.queries.set(key, id);
    this.options.onEntry({
      kind: 'query',
      id,
      text: reader.text(),
      hash: reader.hashText(),
      summary: reader.summary(),
      operation: reader.operation(),
      collection: reader.collection(),
      overflow: false,
    });
    return id;
  }
}

/** As an option of the SignatureTable. */
export const openStatements = (options: StatementOptions): StatementTable =>
  new StatementTable(options);
