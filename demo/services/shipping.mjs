/** Shipping service. Some places are far: their rates never come. */
import { latencyMs, serve } from './serve.mjs';

serve({
  'GET /v2/rates': ({ segments }) =>
    segments[2]?.endsWith('far')
      ? undefined
      : { status: 200, body: { cents: 490 }, delayMs: latencyMs(12) },
  'POST /v2/labels': () => ({ status: 201, body: { label: 'ok' }, delayMs: latencyMs(20) }),
});
