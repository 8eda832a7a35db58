import type { Guard } from '../../src/core/guard.js';
import { observeFirstAssignment } from '../../src/core/wrap.js';
import type { RequestScope } from '../../src/record/types.js';
import { scopeOfRequest } from '../http/inbound-state.js';

/** The match that is about to run its layer. */
let latest: { readonly route: unknown; readonly scope: RequestScope } | undefined;

/**
 * Middleware that calls `next` from a queue or from another connection's callback loses the request's
 * context, or brings a stranger's. When a route matches for the first time the router assigns
 * `request.route`, and runs the route's layer next: there the request itself says whose route it is.
 * The context is left as the host lost it: entering it here would lead what else that queue runs in
 * the same turn into this request.
 *
 * @param prototype what Express puts below each request (lib/request.js).
 */
export function watchRouteMatch(prototype: object, guard: Guard): () => void {
  return observeFirstAssignment(prototype, 'route', guard, (request, route) => {
    const scope = scopeOfRequest(request);
    latest = scope === undefined ? undefined : { route, scope };
  });
}

/** The scope whose request has just matched `route`, once; undefined if that is not what happened last. */
export function takeMatch(route: unknown): RequestScope | undefined {
  const match = latest;
  latest = undefined;
  return match !== undefined && match.route === route ? match.scope : undefined;
}
