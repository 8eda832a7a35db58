import type { Guard } from '../../src/core/guard.js';
import { createSlot } from '../../src/core/slot.js';
import { observeReads } from '../../src/core/wrap.js';
import type { Recorder, RequestScope } from '../../src/record/types.js';
import { requestOfScope } from '../http/inbound-state.js';
import { joinPatterns, pickPattern } from './pattern.js';
import { takeMatch } from './request.js';
import { registrationOf, type Registration } from './router.js';

/** A mount that the request is inside of. */
interface Mount {
  readonly router: object;
  readonly pattern: string;
}

const mountsOf = createSlot<Mount[]>();

interface ExpressRequestLike {
  readonly url?: string;
  readonly baseUrl?: string;
}

/**
 * Follows a request through its layers. Before a router runs a matching layer it reads
 * `layer.handle_request` (Express 4) or `layer.handleRequest` (router 2): there we look, and hand
 * back the same function, so no frame of ours is in the traces that Express prints.
 *
 * A layer with a mount path opens a mount; when its router runs a later layer, the mount has been
 * left. That also follows routers that are called by hand or loaded late. A layer with a route
 * states the route at once: it is known even if the handler throws or the client leaves.
 *
 * @param method `handle_request` or `handleRequest`.
 */
export function watchLayers(
  prototype: object,
  method: string,
  recorder: Recorder,
  guard: Guard,
): () => void {
  return observeReads(prototype, method, guard, (layer) => {
    const registration = registrationOf.get(layer);
    if (registration === undefined) return;
    const scope =
      (registration.isRoute ? takeMatch((layer as { route?: unknown }).route) : undefined) ??
      recorder.activeRequest();
    if (scope === undefined || !scope.open) return;
    const mounts = mountsOf.get(scope);
    if (mounts !== undefined) leaveMounts(mounts, registration.router);
    if (registration.isRoute) {
      if (!isWholePath(mounts, scope)) return;
      scope.route = wholeRoute(registration, mounts ?? NO_MOUNTS, taken(registration, scope));
    } else if (registration.pattern !== '' && registration.pattern !== '/') {
      const mount = { router: registration.router, pattern: taken(registration, scope) };
      if (mounts === undefined) mountsOf.set(scope, [mount]);
      else mounts.push(mount);
    }
  });
}

/**
 * False if mounts were entered without our knowing, in a lost context: half a route would be another
 * endpoint's name.
 */
function isWholePath(mounts: readonly Mount[] | undefined, scope: RequestScope): boolean {
  const request = requestOfScope(scope) as ExpressRequestLike | undefined;
  return mounts?.length ? true : !request?.baseUrl;
}

const NO_MOUNTS: readonly Mount[] = [];

/**
 * Nearly always what it was for the last request, and then the very same string: one that is joined anew has to be
 * flattened and hashed by whoever looks it up (1.3 of the 4.1 µs that are ours in a request, Node 24).
 */
function wholeRoute(registration: Registration, mounts: readonly Mount[], own: string): string {
  const last = registration.joined;
  if (last !== undefined && last.own === own && isThrough(last.mounts, mounts)) return last.route;
  const patterns = mounts.map(({ pattern }) => pattern);
  const route = joinPatterns(patterns, own);
  registration.joined = { mounts: patterns, own, route };
  return route;
}

function isThrough(patterns: readonly string[], mounts: readonly Mount[]): boolean {
  if (patterns.length !== mounts.length) return false;
  for (let index = 0; index < patterns.length; index++) {
    if (patterns[index] !== mounts[index]?.pattern) return false;
  }
  return true;
}

/** `router` is running a layer again: what it had mounted, and all below, is left. */
function leaveMounts(mounts: Mount[], router: object): void {
  const index = mounts.findIndex((mount) => mount.router === router);
  if (index !== -1) mounts.length = index;
}

/** Lists of paths share one layer: the request tells which of them it took. */
function taken({ pattern, isRoute }: Registration, scope: RequestScope): string {
  if (typeof pattern === 'string') return pattern;
  const request = requestOfScope(scope) as ExpressRequestLike | undefined;
  return isRoute
    ? pickPattern(pattern, request?.url ?? '', false)
    : pickPattern(pattern, request?.baseUrl ?? '', true);
}
