import http from 'node:http';

/**
 * A small JSON service for the demo: routes by `METHOD /first/two` segments, counts what it answered and
 * tells the demo on request, as an independent witness of the shop's outbound calls.
 * @param {Record<string, (request: { segments: string[], query: URLSearchParams }) =>
 *   { status: number, body: unknown, delayMs: number } | undefined>} routes undefined = never answers.
 */
export function serve(routes) {
  const seen = {};
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, 'http://service');
    const segments = url.pathname.slice(1).split('/');
    const key = `${request.method} /${segments.slice(0, 2).join('/')}`;
    request.resume();
    request.on('end', () => {
      const answer = routes[key]?.({ segments, query: url.searchParams });
      const outcome = `${key} ${answer?.status ?? 'hung'}`;
      seen[outcome] = (seen[outcome] ?? 0) + 1;
      if (answer === undefined) return;
      setTimeout(() => {
        response.writeHead(answer.status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer.body));
      }, answer.delayMs);
    });
  });
  server.keepAliveTimeout = 75_000;
  server.listen(0, '127.0.0.1', () => process.send?.({ listening: server.address().port }));
  process.on('message', (message) => {
    if (message === 'seen') process.send?.({ seen });
  });
  // Started by the demo: not outlived by it.
  process.once('disconnect', () => process.exit(0));
}

/** Milliseconds around `typicalMs`, with one in twenty calls five times as slow. */
export function latencyMs(typicalMs) {
  const spread = typicalMs * (0.5 + Math.random());
  return Math.random() < 0.05 ? spread * 5 : spread;
}
