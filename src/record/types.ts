/** What instrumentations see of the rest of the runtime. Everything here is total: it never throws. */

/** One inbound request while it is open. Created by the recorder, carried by AsyncLocalStorage. */
export interface RequestScope {
  /** 1 … 2^32-1, unique among this thread's recent requests. */
  readonly id: number;
  readonly startUs: number;
  readonly method: string;
  /** Route as the framework states it; the last one set before the end wins. */
  route: string | undefined;
  /** The host's request object while it is open, for routers that know only the scope. Set and dropped by the http hook. */
  request?: object | undefined;
  /** False once closed; a second close is ignored: never counted twice. */
  open: boolean;
}

export interface Recorder {
  /** Monotonic µs; the only clock of instrumentations. */
  nowUs(): number;

  /** Opens a scope for an inbound request; does not enter it. */
  openRequest(method: string): RequestScope;
  /**
   * Makes `scope` current for the rest of this synchronous execution and what it starts
   * (AsyncLocalStorage.enterWith); undefined leaves any request.
   */
  enterRequest(scope: RequestScope | undefined): void;
  /** The scope of the code that is running, if any. */
  activeRequest(): RequestScope | undefined;
  /** Runs `fn` with `scope` current and returns its result; `fn`'s errors pass through untouched. */
  runInRequest<T>(scope: RequestScope | undefined, fn: () => T): T;
  /** `emit`-shaped variant without a closure: calls `fn.apply(self, args)` inside `scope`. */
  applyInRequest<T>(
    scope: RequestScope | undefined,
    fn: (this: unknown, ...args: never[]) => T,
    self: unknown,
    args: ArrayLike<unknown>,
  ): T;
  /** Records the request and closes its scope. `target` is the raw request target; `status` 0 when none was sent. */
  closeRequest(
    scope: RequestScope,
    target: string,
    status: number,
    errorType: string | undefined,
  ): void;

  /** Interns a database; keep the number on the connection. Absent values are '' and 0. `system` is db.system.name. */
  databaseSource(system: string, namespace: string, address: string, port: number): number;
  /** Interns a peer of outbound calls. */
  peerSource(scheme: string, address: string, port: number): number;
  /** A SQL client has been loaded: the first statement should not wait for the engine that reads it. */
  expectQueries(): void;
  /** Interns a statement; the text is not kept beyond the bounded cache. */
  querySignature(text: string, system: string): number;
  /** Interns an outbound call's method and path template. `host` is needed for user-defined templates. */
  callSignature(method: string, host: string, path: string): number;
  /** Records one query from `startUs` until now under `scope` (undefined = outside any request). */
  recordQuery(
    scope: RequestScope | undefined,
    startUs: number,
    signatureId: number,
    sourceId: number,
    errorType: string | undefined,
  ): void;
  /** Records one outbound call from `startUs` until now. `status` 0 when no response came. */
  recordCall(
    scope: RequestScope | undefined,
    startUs: number,
    signatureId: number,
    sourceId: number,
    status: number,
    errorType: string | undefined,
  ): void;
}
