import type { Recorder } from '../../src/record/types.js';
import type { Instrumentation, InstrumentationContext } from '../types.js';
import { watchLayers } from './layer.js';
import { watchRouteMatch } from './request.js';
import { watchRegistration } from './router.js';

/** Layer and Router have a `prototype`; Express 4's Router is its own, and `lib/request.js` is one. */
type ExpressModule = { readonly prototype: object };

type Watch = (
  target: ExpressModule,
  recorder: Recorder,
  context: InstrumentationContext,
) => () => void;

/** Express itself: the request object of 4 and 5, and the router that 4 has inside. */
export function createExpressInstrumentation(): Instrumentation<ExpressModule> {
  return create('express', '>=4.16.0 <6', {
    'express/lib/request.js': (request, _recorder, { guard }) => watchRouteMatch(request, guard),
    'express/lib/router/index.js': (router, _recorder, { guard }) =>
      watchRegistration(router, guard),
    'express/lib/router/layer.js': ({ prototype }, recorder, { guard }) =>
      watchLayers(prototype, 'handle_request', recorder, guard),
  });
}

/** The package `router` 2: Express 5's router, also on its own. */
export function createRouterInstrumentation(): Instrumentation<ExpressModule> {
  return create('router', '>=2.0.0 <3', {
    'router/index.js': ({ prototype }, _recorder, { guard }) => watchRegistration(prototype, guard),
    'router/lib/layer.js': ({ prototype }, recorder, { guard }) =>
      watchLayers(prototype, 'handleRequest', recorder, guard),
  });
}

function create(
  name: string,
  supported: string,
  watches: Readonly<Record<string, Watch>>,
): Instrumentation<ExpressModule> {
  const undo: (() => void)[] = [];
  return {
    name,
    modules: Object.keys(watches),
    supported,
    enable(target: ExpressModule, recorder: Recorder, context: InstrumentationContext) {
      const stop = watches[context.module]?.(target, recorder, context);
      if (stop) undo.push(stop);
    },
    disable() {
      for (const put of undo.splice(0)) put();
    },
  };
}
