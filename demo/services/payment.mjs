/** Payment service. The card's last four digits decide, as with the test cards of real providers. */
import { latencyMs, serve } from './serve.mjs';

const OUTCOMES = { '0002': [402, 'declined'], '0119': [500, 'processing error'] };

serve({
  'POST /v1/charges': ({ query }) => {
    const [status, outcome] = OUTCOMES[query.get('card')?.slice(-4)] ?? [201, 'charged'];
    return { status, body: { outcome }, delayMs: latencyMs(30) };
  },
  'GET /v1/payments': ({ segments }) =>
    segments[2]?.endsWith('lost')
      ? { status: 404, body: { error: 'not found' }, delayMs: 2 }
      : { status: 200, body: { paid: true }, delayMs: latencyMs(8) },
});
