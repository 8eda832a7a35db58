import type {
  CallEntry,
  DictionaryEntry,
  EndpointEntry,
  ErrorEntry,
  QueryEntry,
  SourceEntry,
} from '../signature/dictionary.js';

/**
 * The worker's side of the dictionary: id → entry. Entries are announced before the records that use them but
 * on another channel, so an unknown id means: read the channel until it is empty, then look again.
 */
export class Dictionary {
  readonly #tables = {
    query: new Map<number, QueryEntry>(),
    call: new Map<number, CallEntry>(),
    endpoint: new Map<number, EndpointEntry>(),
    source: new Map<number, SourceEntry>(),
    error: new Map<number, ErrorEntry>(),
  };

  /**
   * Summaries are taken as the scanner made them: refining them with a SQL parser would add 23 MB to the
   * monitored process (measured on Node 20 and 24), as much as all the rest of the runtime.
   *
   * @param receive takes the next announced entry, undefined when there is none; never waits.
   */
  constructor(private readonly receive: () => DictionaryEntry | undefined) {}

  query(id: number): QueryEntry | undefined {
    return this.#find(this.#tables.query, id);
  }
  call(id: number): CallEntry | undefined {
    return this.#find(this.#tables.call, id);
  }
  endpoint(id: number): EndpointEntry | undefined {
    return this.#find(this.#tables.endpoint, id);
  }
  source(id: number): SourceEntry | undefined {
    return this.#find(this.#tables.source, id);
  }
  error(id: number): ErrorEntry | undefined {
    return this.#find(this.#tables.error, id);
  }

  /** Reads the channel until it is empty. */
  drain(): void {
    for (let entry = this.receive(); entry !== undefined; entry = this.receive()) this.#add(entry);
  }

  #find<T>(table: Map<number, T>, id: number): T | undefined {
    if (id === 0) return undefined;
    const known = table.get(id);
    if (known !== undefined) return known;
    this.drain();
    return table.get(id);
  }

  #add(entry: DictionaryEntry): void {
    switch (entry.kind) {
      case 'query':
        this.#tables.query.set(entry.id, entry);
        break;
      case 'call':
        this.#tables.call.set(entry.id, entry);
        break;
      case 'endpoint':
        this.#tables.endpoint.set(entry.id, entry);
        break;
      case 'source':
        this.#tables.source.set(entry.id, entry);
        break;
      case 'error':
        this.#tables.error.set(entry.id, entry);
        break;
    }
  }
}
