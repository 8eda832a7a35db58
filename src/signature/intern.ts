import { ERROR_OTHER } from '../core/semconv.js';
import { cleanDatabaseName, cleanErrorType } from './attributes.js';
import { type DictionaryEntry, OVERFLOW_ID } from './dictionary.js';
import type { StatementOptions, StatementTable } from './statements.js';
import { TextCache } from './text-cache.js';
import { cleanHost } from './url/host.js';
import { routeText } from './url/route.js';
import { compileTemplates, type TemplateMatcher } from './url/templates.js';
import { cleanMethod, pathTemplate } from './url/url.js';

export interface SignatureBounds {
  queries: number;
  calls: number;
  endpoints: number;
  sources: number;
  errors: number;
  /** Texts of one generation of the statement cache. */
  cachedTexts: number;
  /** Characters of one generation of the statement cache. */
  cachedChars: number;
}

const DEFAULT_BOUNDS: SignatureBounds = {
  queries: 2000,
  calls: 1000,
  endpoints: 1000,
  sources: 500,
  errors: 300,
  cachedTexts: 2048,
  cachedChars: 1 << 20,
};

export interface SignatureTableOptions {
  /** RETRACE_URL_TEMPLATES. */
  urlTemplates?: readonly string[];
  /** Makes the table of statements when the first of them comes. */
  openStatements: (options: StatementOptions) => StatementTable;
  /** Called once per new entry, before its id is returned. */
  onEntry: (entry: DictionaryEntry) => void;
  bounds?: Partial<SignatureBounds>;
}

/**
 * Text → small number, for everything that a record refers to. Bounded in every direction; past a bound the answer
 * is OVERFLOW_ID, whose entry is announced like any other. Total: never throws.
 */
export class SignatureTable {
  private readonly bounds: SignatureBounds;
  private readonly onEntry: (entry: DictionaryEntry) => void;
  private readonly match: TemplateMatcher;
  private readonly usesHosts: boolean;
  private readonly open: SignatureTableOptions['openStatements'];
  private statements: StatementTable | undefined;

  private readonly calls = new Map<string, number>();
  private readonly callTexts = new Map<string, TextCache>();
  private readonly routes = new Map<string, Map<string, number>>();
  private readonly endpoints = new Map<string, number>();
  private readonly targets = new Map<string, TextCache>();
  private readonly sources = new Map<string, number>();
  private readonly sourceTexts: TextCache;
  private readonly errors = new Map<string, number>();
  private readonly errorTexts: TextCache;
  private readonly overflowAnnounced = new Set<string>();
  /** Next free id per kind; 1 is reserved for the overflow entry of queries, calls and endpoints. */
  private nextCall = OVERFLOW_ID + 1;
  private nextEndpoint = OVERFLOW_ID + 1;
  private nextSource = 1;
  private nextError = 1;

  /** Entries of `urlTemplates` that are no templates. */
  readonly invalidTemplates: readonly string[];

  constructor(options: SignatureTableOptions) {
    this.bounds = { ...DEFAULT_BOUNDS, ...options.bounds };
    this.onEntry = options.onEntry;
    this.open = options.openStatements;
    const templates = compileTemplates(options.urlTemplates ?? []);
    this.match = templates.match;
    this.usesHosts = templates.usesHosts;
    this.invalidTemplates = templates.invalid;
    this.sourceTexts = new TextCache(512, 1 << 16);
    this.errorTexts = new TextCache(512, 1 << 16);
  }

  /** Interns a statement. A known text costs one Map lookup. */
  querySignature(text: string, system: string): number {
    const { statements } = this;
    if (statements !== undefined) return statements.signature(text, system);
    this.expectStatements();
    return this.statements?.signature(text, system) ?? this.overflow('query');
  }

  /** Makes the first statement not wait for its engine. */
  expectStatements(): void {
    try {
      this.statements ??= this.openStatements();
    } catch {
      // Its file cannot be loaded: statements are counted, all under the overflow entry.
    }
  }

  /** Interns an outbound call's method and path template. `host` matters only to user-defined templates. */
  callSignature(method: string, host: string, path: string): number {
    try {
      const key = this.usesHosts ? `${method} ${host}` : method;
      const texts = this.textsOf(this.callTexts, key);
      const recent = texts.recall(path);
      if (recent !== 0) return recent;
      const target = withoutQuery(path);
      const known = texts.get(target);
      if (known !== 0) return known;
      const id = this.newCall(cleanMethod(method), pathTemplate(target, host, this.match));
      texts.set(target, id);
      return id;
    } catch {
      return this.overflow('call');
    }
  }

  /** Interns an endpoint: `METHOD route`, else `METHOD template`. */
  endpoint(method: string, route: string | undefined, target: string): number {
    try {
      if (route !== undefined) {
        const ids = this.routes.get(method);
        const known = ids?.get(route);
        return known ?? this.newRoute(method, route);
      }
      const texts = this.textsOf(this.targets, method);
      const recent = texts.recall(target);
      if (recent !== 0) return recent;
      const path = withoutQuery(target);
      const known = texts.get(path);
      if (known !== 0) return known;
      const id = this.newEndpoint(
        cleanMethod(method),
        undefined,
        pathTemplate(path, '', this.match),
      );
      texts.set(path, id);
      return id;
    } catch {
      return this.overflow('endpoint');
    }
  }

  /** Interns a database; 0 = none when the bound is reached. */
  databaseSource(system: string, namespace: string, address: string, port: number): number {
    return this.source(`${system}\n${namespace}\n${address}\n${port}`, () => ({
      system,
      namespace: cleanDatabaseName(namespace),
      address: cleanHost(address),
      port,
      scheme: '',
    }));
  }

  /** Interns a peer of outbound calls. */
  peerSource(scheme: string, address: string, port: number): number {
    return this.source(`${scheme}//${address}\n${port}`, () => ({
      system: '',
      namespace: '',
      address: cleanHost(address),
      port,
      scheme: scheme === 'https' ? 'https' : 'http',
    }));
  }

  /** Interns an error's type; what may not travel becomes `_OTHER`. */
  errorType(text: string): number {
    const known = this.errorTexts.get(text);
    if (known !== 0) return known;
    try {
      const id = this.newError(cleanErrorType(text));
      this.errorTexts.set(text, id);
      return id;
    } catch {
      return 0;
    }
  }

  /** As `errorType`. */
  error(text: string): number {
    return this.errorType(text);
  }

  private openStatements(): StatementTable {
    const { queries, cachedTexts, cachedChars } = this.bounds;
    const { onEntry } = this;
    const overflow = (): number => this.overflow('query');
    return this.open({ queries, cachedTexts, cachedChars, onEntry, overflow });
  }

  private newCall(method: string, template: string): number {
    const key = `${method} ${template}`;
    const known = this.calls.get(key);
    if (known !== undefined) return known;
    if (this.calls.size >= this.bounds.calls) return this.overflow('call');
    const id = this.nextCall++;
    this.calls.set(key, id);
    this.onEntry({ kind: 'call', id, method, template, overflow: false });
    return id;
  }

  private newRoute(method: string, route: string): number {
    const cleaned = routeText(route);
    const id = this.newEndpoint(cleanMethod(method), cleaned, cleaned);
    // Raw routes and methods are as bounded as the endpoints they lead to.
    if (this.routes.size < 64) {
      let ids = this.routes.get(method);
      if (ids === undefined) this.routes.set(method, (ids = new Map()));
      if (ids.size < this.bounds.endpoints) ids.set(route, id);
    }
    return id;
  }

  private newEndpoint(method: string, route: string | undefined, path: string): number {
    const endpoint = `${method} ${path}`;
    // A route and a template that read the same are two endpoints only if their origin differs.
    const key = route === undefined ? endpoint : `=${endpoint}`;
    const known = this.endpoints.get(key);
    if (known !== undefined) return known;
    if (this.endpoints.size >= this.bounds.endpoints) return this.overflow('endpoint');
    const id = this.nextEndpoint++;
    this.endpoints.set(key, id);
    this.onEntry({ kind: 'endpoint', id, method, route, endpoint, overflow: false });
    return id;
  }

  private source(
    key: string,
    build: () => {
      system: string;
      namespace: string;
      address: string;
      port: number;
      scheme: string;
    },
  ): number {
    const cached = this.sourceTexts.get(key);
    if (cached !== 0) return cached;
    try {
      const fields = build();
      const text = Object.values(fields).join('\n');
      let id = this.sources.get(text);
      if (id === undefined) {
        if (this.sources.size >= this.bounds.sources) return 0;
        id = this.nextSource++;
        this.sources.set(text, id);
        this.onEntry({ kind: 'source', id, ...fields });
      }
      this.sourceTexts.set(key, id);
      return id;
    } catch {
      return 0;
    }
  }

  private newError(errorType: string): number {
    const known = this.errors.get(errorType);
    if (known !== undefined) return known;
    if (this.errors.size >= this.bounds.errors && errorType !== ERROR_OTHER)
      return this.newError(ERROR_OTHER);
    const id = this.nextError++;
    this.errors.set(errorType, id);
    this.onEntry({ kind: 'error', id, errorType });
    return id;
  }

  private textsOf(caches: Map<string, TextCache>, key: string): TextCache {
    let cache = caches.get(key);
    if (cache === undefined) {
      // Methods and hosts come from outside: past the bound the oldest set is given up.
      if (caches.size >= 256) caches.clear();
      caches.set(key, (cache = new TextCache(1024, 1 << 17)));
    }
    return cache;
  }

  /** OVERFLOW_ID of a kind, announced at its first use. */
  private overflow(kind: 'query' | 'call' | 'endpoint'): number {
    if (this.overflowAnnounced.has(kind)) return OVERFLOW_ID;
    this.overflowAnnounced.add(kind);
    const id = OVERFLOW_ID;
    if (kind === 'query') {
      this.onEntry({
        kind,
        id,
        text: '',
        hash: '',
        summary: '',
        operation: '',
        collection: '',
        overflow: true,
      });
    } else if (kind === 'call') {
      this.onEntry({ kind, id, method: '', template: '', overflow: true });
    } else {
      this.onEntry({ kind, id, method: '', route: undefined, endpoint: '', overflow: true });
    }
    return OVERFLOW_ID;
  }
}

/** The target up to its query or fragment: what is cached must not hold secrets of query strings. */
function withoutQuery(target: string): string {
  const query = target.indexOf('?');
  const text = query < 0 ? target : target.slice(0, query);
  const hash = text.indexOf('#');
  return hash < 0 ? text : text.slice(0, hash);
}
