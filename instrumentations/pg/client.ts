import { apply, hasOwn } from '../../src/core/builtins.js';
import type { Guard } from '../../src/core/guard.js';
import { GivenObject } from '../../src/core/slot.js';
import { observeFirstAssignment, wrapMethod } from '../../src/core/wrap.js';
import type { Recorder } from '../../src/record/types.js';
import { NativePromise, pendingOf, poolCall, type Pending } from './pending.js';
import { watchQueryEnd } from './query-end.js';
import type { ClientLike, QueryArgument } from './types.js';

const SYSTEM = 'postgresql';

interface ClientClass {
  readonly prototype: object;
  readonly Query?: { readonly prototype: object };
}

/**
 * `Client.prototype.query` in all its forms. Arguments and result pass through untouched: the promise
 * is the one that pg made, a Submittable comes back as itself, a callback stays the host's function.
 *
 * The Query object that pg makes inside is recognised while its constructor assigns `text`, before it
 * can be queued or fail; its end is seen on its own methods (query-end.ts). So nothing is chained to
 * the promise, whose rejection stays as unhandled as the host left it.
 */
export function watchClient(Client: ClientClass, recorder: Recorder, guard: Guard): () => void {
  const Query = Client.Query;
  if (Query === undefined) throw new TypeError('pg.Client.Query is missing');
  /** A slot with a class of its own, see src/core/slot.ts. */
  class SourceSlot extends GivenObject {
    #id: number;
    constructor(target: object, id: number) {
      super(target);
      this.#id = id;
    }
    static get(target: object): number | undefined {
      return #id in target ? target.#id : undefined;
    }
    static set(target: object, id: number): void {
      if (#id in target) target.#id = id;
      else new SourceSlot(target, id);
    }
  }
  /** Classes of queries whose end is watched. Weak: a class may live in a reloaded module. */
  const watched = new WeakSet<object>([Query.prototype]);
  const undo: (() => void)[] = [];
  /** The call to `client.query` that is running now and whose Query object is still to come. */
  let current: Pending | undefined;

  const source = (client: ClientLike): number => {
    const known = SourceSlot.get(client);
    if (known !== undefined) return known;
    const { database, host, port } = client;
    const id = recorder.databaseSource(
      SYSTEM,
      typeof database === 'string' ? database : '',
      typeof host === 'string' ? host : '',
      Number(port) || 0,
    );
    SourceSlot.set(client, id);
    return id;
  };

  const open = (client: ClientLike, text: string, isAwaited: boolean): Pending => ({
    scope: recorder.activeRequest(),
    signatureId: recorder.querySignature(text, SYSTEM),
    sourceId: source(client),
    isAwaited,
    startUs: recorder.nowUs(),
    open: true,
  });

  /** A query object of the host: pg.Query, pg-cursor, pg-query-stream, pg-copy-streams, … */
  const adopt = (query: object, pending: Pending): void => {
    if (pendingOf.get(query)?.open === true) return;
    const owner = ownerOf(query);
    if (owner === undefined) return;
    if (!watched.has(owner)) {
      const stop = watchQueryEnd(owner, recorder, guard, owner === query);
      if (stop === undefined) return;
      watched.add(owner);
      // An object of its own is forgotten with the query; a class stays.
      if (owner !== query) undo.push(stop);
    }
    pendingOf.set(query, pending);
  };

  const before = (client: ClientLike, args: readonly unknown[]): Pending | undefined => {
    const config = args[0];
    const isAwaited =
      poolCall.isAwaited || (client._Promise === NativePromise && !hasCallback(args));
    // Consumed: what a callback of pg-pool's own does later is another call.
    poolCall.isAwaited = false;
    if (config === null || config === undefined) return undefined;
    if (typeof config === 'string') return open(client, config, isAwaited);
    const { text: ownText, name, submit, cursor } = config as QueryArgument;
    const text = ownText ?? cursor?.text;
    const known = typeof text === 'string' ? text : statementText(client, name);
    if (known === undefined) return undefined;
    if (typeof submit !== 'function') return open(client, known, isAwaited);
    adopt(config, open(client, known, false));
    return undefined;
  };

  undo.push(
    wrapMethod(
      Client.prototype,
      'query',
      (original) =>
        function (this: unknown, ...args: unknown[]): unknown {
          if (!guard.active) return apply(original, this, args);
          const outer = current;
          try {
            current = before(this as ClientLike, args);
          } catch {
            current = undefined;
            guard.failed();
          }
          try {
            return apply(original, this, args);
          } finally {
            current = outer;
          }
        } as typeof original,
    ),
    observeFirstAssignment(Query.prototype, 'text', guard, (query) => {
      if (current === undefined) return;
      pendingOf.putOn(query, current);
      current = undefined;
    }),
  );
  const stop = watchQueryEnd(Query.prototype, recorder, guard);
  if (stop) undo.push(stop);

  return () => {
    for (const put of undo) put();
    undo.length = 0;
  };
}

/** As normalizeQueryConfig of pg's lib/utils.js finds it: second or third argument, or in the configuration. */
function hasCallback(args: readonly unknown[]): boolean {
  const [config, values, callback] = args;
  return (
    typeof values === 'function' ||
    typeof callback === 'function' ||
    typeof (config as QueryArgument | null | undefined)?.callback === 'function'
  );
}

/** Where `handleReadyForQuery` of a query object lives: itself or one of its prototypes. */
function ownerOf(query: object): object | undefined {
  for (let owner: object | null = query; owner !== null; owner = Object.getPrototypeOf(owner)) {
    if (hasOwn(owner, 'handleReadyForQuery')) return owner;
  }
  return undefined;
}

/** A prepared statement may be run again by its name alone. */
function statementText(client: ClientLike, name: unknown): string | undefined {
  if (typeof name !== 'string') return undefined;
  const text = client.connection?.parsedStatements?.[name];
  return typeof text === 'string' ? text : undefined;
}
