import { observeFirstAssignment } from '../../src/core/wrap.js';
import type { Recorder } from '../../src/record/types.js';
import { scopeOfRequest } from '../http/inbound-state.js';
import type { Instrumentation, InstrumentationContext } from '../types.js';

type RequestClass = { readonly prototype: object };

interface RouteContext {
  readonly config?: { readonly url?: unknown };
}

/**
 * Routes of Fastify 4 and 5. For a matched route Fastify makes its Request before any hook or handler
 * runs; the constructor assigns the route's context first and `raw` later (lib/request.js, 4.0 to
 * 5.12). That assignment is where we look: no hook of ours in the app's hook lists, no frame, and
 * the route is known even if the first hook fails. The context of a not-found handler has no URL.
 */
export function createFastifyInstrumentation(): Instrumentation<RequestClass> {
  const undo: (() => void)[] = [];
  return {
    name: 'fastify',
    modules: ['fastify/lib/request.js'],
    supported: '>=4.0.0 <6',
    enable(target: RequestClass, _recorder: Recorder, { guard }: InstrumentationContext) {
      let contextKey: symbol | undefined;
      undo.push(
        observeFirstAssignment(target.prototype, 'raw', guard, (request, raw) => {
          const scope = scopeOfRequest(raw);
          if (scope === undefined) return;
          contextKey ??= Object.getOwnPropertySymbols(request).find(
            (key) => key.description === 'fastify.context',
          );
          const holder = request as Record<PropertyKey, unknown>;
          const context = (contextKey === undefined ? holder.context : holder[contextKey]) as
            RouteContext | undefined;
          const url = context?.config?.url;
          if (typeof url === 'string') scope.route = url;
        }),
      );
    },
    disable() {
      for (const put of undo.splice(0)) put();
    },
  };
}
