import type { Recorder } from '../../src/record/types.js';
import type { Instrumentation, InstrumentationContext } from '../types.js';
import { watchLayers } from './layer.js';
import { watchRegistration } from './router.js';

/** Layer, or Router: a function whose `prototype` (router 2) or itself (Express 4) has the methods. */
type ExpressModule = { readonly prototype: object };

/** Routes of Express 4. */
export function createExpressInstrumentation(): Instrumentation<ExpressModule> {
  return create(
    'express',
    '>=4.16.0 <5',
    'express/lib/router/index.js',
    'express/lib/router/layer.js',
    {
      routerOf: (router) => router,
      method: 'handle_request',
    },
  );
}

/** Routes of Express 5, and of the package `router` 2 on its own. */
export function createRouterInstrumentation(): Instrumentation<ExpressModule> {
  return create('router', '>=2.0.0 <3', 'router/index.js', 'router/lib/layer.js', {
    routerOf: (router) => router.prototype,
    method: 'handleRequest',
  });
}

function create(
  name: string,
  supported: string,
  routerFile: string,
  layerFile: string,
  how: { routerOf: (router: ExpressModule) => object; method: string },
): Instrumentation<ExpressModule> {
  const undo: (() => void)[] = [];
  return {
    name,
    modules: [routerFile, layerFile],
    supported,
    enable(target: ExpressModule, recorder: Recorder, context: InstrumentationContext) {
      undo.push(
        context.module === layerFile
          ? watchLayers(target.prototype, how.method, recorder, context.guard)
          : watchRegistration(how.routerOf(target), context.guard),
      );
    },
    disable() {
      for (const put of undo.splice(0)) put();
    },
  };
}
