/**
 * What the app talks to: a PostgreSQL, a web service, and the intakes of every arm. All answer at once from prepared
 * bytes, so that the figures hold no database's noise.
 */
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp } from 'node:net';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { answerIntake } from './intakes.mjs';
import { servePostgres } from './postgres.mjs';

const { key, cert } = createRequire(import.meta.url)('../../../test/fixtures/apps/certificate.cjs');
/** Requests to each intake: an arm that sends nothing would be cheap for the wrong reason. */
const received = {};
/** When what we send was in, ms since the epoch, and its bytes. */
let arrivals = [];

const BODY = '{"id":17,"state":"paid"}';
const ANSWER = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`,
);

/** One answer per request head; requests of the app have no body. */
const service = createTcp((socket) => {
  let tail = '';
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    const text = tail + chunk.toString('latin1');
    const heads = text.split('\r\n\r\n');
    tail = heads.pop();
    for (let index = 0; index < heads.length; index++) socket.write(ANSWER);
  });
});

const postgres = createTcp(servePostgres);

function intake(name, ports) {
  return (request, response) => {
    let bytes = 0;
    request.on('data', (chunk) => (bytes += chunk.length));
    request.on('end', () => {
      if (name === 'retrace') {
        arrivals.push({ atMs: performance.timeOrigin + performance.now(), bytes });
      }
      received[name] = (received[name] ?? 0) + 1;
      answerIntake(name, request, response, ports);
    });
    request.on('error', () => undefined);
  };
}

const listen = (server, where) =>
  new Promise((resolve) => server.listen(where, () => resolve(server.address())));
const loopback = { port: 0, host: '127.0.0.1' };

/** @returns the ports by name; ours listens on `socketPath`. */
export async function openStubs(socketPath) {
  const ports = {
    postgres: (await listen(postgres, loopback)).port,
    service: (await listen(service, loopback)).port,
  };
  for (const name of ['opentelemetry', 'dd-trace', 'elastic', 'sentry']) {
    ports[name] = (await listen(createHttp(intake(name, ports)), loopback)).port;
  }
  ports.newrelic = (
    await listen(createHttps({ key, cert }, intake('newrelic', ports)), loopback)
  ).port;
  rmSync(socketPath, { force: true });
  await listen(createHttp(intake('retrace', ports)), socketPath);
  return ports;
}

/** What reached the intakes; arrivals since the last call. */
export function takeReceived() {
  const found = { received, arrivals };
  arrivals = [];
  return found;
}
