import http from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { watchPeers } from '../../../instrumentations/http/client-peer.js';
import type { Recorder } from '../../../src/record/types.js';

const servers = [0, 1].map(() => http.createServer((_request, response) => response.end('ok')));
const portOf = (index: number): number => (servers[index]?.address() as AddressInfo).port;

beforeAll(async () => {
  for (const server of servers) {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  }
});
afterAll(() => {
  for (const server of servers) server.closeAllConnections();
  for (const server of servers) server.close();
});

/** Source ids are the ports; `asked` has those that had to be found out. */
function watch(): {
  asked: number[];
  get: (options: http.RequestOptions) => Promise<number>;
} {
  const asked: number[] = [];
  const peerSource: Recorder['peerSource'] = (_scheme, _address, port) => {
    asked.push(port);
    return port;
  };
  const sourceOf = watchPeers(http.Agent, { peerSource } as Recorder);
  const get = (options: http.RequestOptions): Promise<number> =>
    new Promise((resolve, reject) => {
      const request = http.get({ host: '127.0.0.1', ...options }, (response) => {
        let id = 0;
        // As observed: when all of the response is in, and the request still has its connection.
        id = sourceOf(request as never, undefined);
        response.resume().on('close', () => setImmediate(resolve, id));
      });
      request.on('error', reject);
    });
  return { asked, get };
}

describe('peers of outbound requests', () => {
  it('are read once per connection that is used again', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const { asked, get } = watch();
    const ids = [];
    for (let count = 0; count < 5; count++) ids.push(await get({ agent, port: portOf(0) }));
    agent.destroy();
    expect(ids).toEqual(Array(5).fill(portOf(0)));
    // The first request of the connection, and the first that uses it again.
    expect(asked).toEqual([portOf(0), portOf(0)]);
  });

  it('are told apart by their port', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const { get } = watch();
    const order = [0, 1, 0, 1, 1, 0];
    const ids = [];
    for (const index of order) ids.push(await get({ agent, port: portOf(index) }));
    agent.destroy();
    expect(ids).toEqual(order.map(portOf));
  });

  it('are read each time where connections are shared by peers', async () => {
    class Sidecar extends http.Agent {
      override getName(): string {
        return 'sidecar';
      }
      override createConnection(): ReturnType<typeof connect> {
        return connect(portOf(0), '127.0.0.1');
      }
    }
    const agent = new Sidecar({ keepAlive: true, maxSockets: 1 });
    const { get } = watch();
    const order = [8080, 9090, 8080, 9090, 9090];
    const ids = [];
    for (const port of order) ids.push(await get({ agent, port }));
    agent.destroy();
    expect(ids).toEqual(order);
  });

  it('are read each time behind a proxy that reads the requests', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const { get } = watch();
    const order = [8080, 9090, 8080, 9090, 9090];
    const ids = [];
    for (const port of order) {
      const host = `127.0.0.1:${port}`;
      const path = `http://${host}/orders`;
      ids.push(await get({ agent, port: portOf(0), path, headers: { host } }));
    }
    agent.destroy();
    expect(ids).toEqual(order);
  });

  it('are not remembered where the request does not state them', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const { asked, get } = watch();
    const headers = { host: 'shop.example' };
    for (let count = 0; count < 4; count++) await get({ agent, port: portOf(0), headers });
    agent.destroy();
    expect(asked).toHaveLength(4);
  });
});
