import { createExpressInstrumentation, createRouterInstrumentation } from './express/index.js';
import { createFastifyInstrumentation } from './fastify/index.js';
import { createHttpInstrumentation } from './http/index.js';
import { createHttp2Instrumentation } from './http2/index.js';
import { createPgInstrumentation, createPgPoolInstrumentation } from './pg/index.js';
import type { Instrumentation } from './types.js';
import { createUndiciInstrumentation } from './undici/index.js';

/** Every instrumentation, new for each call, in the order of the start block. */
export function allInstrumentations(): Instrumentation<never>[] {
  return [
    createHttpInstrumentation(),
    createHttp2Instrumentation(),
    createUndiciInstrumentation(),
    createPgInstrumentation(),
    createPgPoolInstrumentation(),
    createExpressInstrumentation(),
    createRouterInstrumentation(),
    createFastifyInstrumentation(),
  ] as Instrumentation<never>[];
}
