import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServicesAnswer, Session, SetupAnswer } from '../../src/server/api-types.js';
import { createLoginLink } from '../../src/server/index.js';
import { EmbeddedStore } from '../../src/server/store/embedded-store.js';
import {
  errorCode,
  optionsFor,
  removeDir,
  SHOP,
  shopRequest,
  temporaryDir,
  TestServer,
} from './server-harness.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

let dir: string;
let server: TestServer;
let aheadMs: number;

const now = (): number => Date.now() + aheadMs;

beforeEach(() => {
  dir = temporaryDir();
  aheadMs = 0;
});

afterEach(async () => {
  await server.stop();
  removeDir(dir);
});

describe('login link', () => {
  beforeEach(async () => {
    server = await TestServer.start(dir, { now });
  });

  it('opens a session once', async () => {
    expect(server.running.loginLink).toMatch(
      new RegExp(`^${server.dashboardUrl}/login#[A-Za-z0-9_-]{43}$`),
    );
    const answer = await server.login();
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      user: { name: 'owner', role: 'owner' },
      tenant: { name: 'default' },
    });
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Strict/);
    expect((await server.api('/api/session')).status).toBe(200);
    const again = await server.login();
    expect([again.status, await errorCode(again)]).toEqual([401, 'unauthorized']);
  });

  it('expires after 15 minutes', async () => {
    aheadMs = 15 * MINUTE_MS;
    expect((await server.login()).status).toBe(401);
  });

  it('can be made anew while the server runs', async () => {
    await server.login();
    const link = await createLoginLink(optionsFor(dir));
    expect(link.startsWith(`${server.dashboardUrl}/login#`)).toBe(true);
    expect((await server.login(link)).status).toBe(200);
  });

  it('is marked Secure and bound to the host on TLS', async () => {
    const answer = await server.fetch(`${server.running.tlsUrl}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: server.running.loginLink.split('#')[1] }),
    });
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^__Host-retrace_session=/);
    expect(cookie).toMatch(/; Secure/);
  });

  it.each([['{}'], ['null'], ['{"token":5}'], ['{"token":""}'], ['{"tok'], ['[]']])(
    'refuses the body %s',
    async (body) => {
      const answer = await server.fetch(`${server.dashboardUrl}/api/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      expect(answer.status).toBe(400);
    },
  );

  it('attempts are limited', async () => {
    const statuses = new Set<number>();
    for (let i = 0; i < 30; i++) statuses.add((await server.login('x#wrong')).status);
    expect(statuses).toEqual(new Set([401, 429]));
  });
});

describe('session', () => {
  beforeEach(async () => {
    server = await TestServer.start(dir, { now });
    await server.login();
  });

  it.each(['/api/session', '/api/services', '/api/setup', '/api/services/x/queries'])(
    'is needed for %s',
    async (path) => {
      expect((await server.api(path)).status).not.toBe(401);
      server.cookie = 'retrace_session=wrong';
      const answer = await server.api(path);
      expect([answer.status, await errorCode(answer)]).toEqual([401, 'unauthorized']);
    },
  );

  it('shows how to connect the first app, without the key itself', async () => {
    const before = await server.json<SetupAnswer>('/api/setup');
    expect(before.agentsSeen).toBe(0);
    expect(before.commands[0]).toContain(`RETRACE_SERVER_URL=${server.running.tlsUrl}`);
    expect(JSON.stringify(before)).not.toContain(server.running.ingestKey);
    await server.send(shopRequest(), { 'retrace-batch': 'agent-1:boot-1:1' });
    await server.send(shopRequest(), { 'retrace-batch': 'agent-1:boot-2:1' });
    await server.send(shopRequest(), { 'retrace-batch': 'agent-2:boot-1:1' });
    expect((await server.json<SetupAnswer>('/api/setup')).agentsSeen).toBe(2);
  });

  it('ends with logout and with time', async () => {
    const { expiresAtMs } = await server.json<Session>('/api/session');
    expect(expiresAtMs - now()).toBeGreaterThan(6 * DAY_MS);
    aheadMs = 7 * DAY_MS + 1000;
    expect((await server.api('/api/session')).status).toBe(401);
    aheadMs = 0;
    const out = await server.fetch(`${server.dashboardUrl}/api/logout`, {
      method: 'POST',
      headers: { cookie: server.cookie },
    });
    expect(out.status).toBe(204);
    expect((await server.api('/api/session')).status).toBe(401);
  });

  it('survives a restart', async () => {
    const { cookie } = server;
    await server.stop();
    server = await TestServer.start(dir, { now });
    server.cookie = cookie;
    expect((await server.api('/api/session')).status).toBe(200);
  });

  it.each([
    ['from=2&to=1'],
    ['from=-5'],
    ['from=abc'],
    ['from=1&from=2'],
    ['from=0&to=99999999999999'],
    ['from=1e3'],
    ['to=999999999999999'],
  ])('parameters %s are refused', async (query) => {
    const answer = await server.api(`/api/services?${query}`);
    expect([answer.status, await errorCode(answer)]).toEqual([400, 'invalid_parameter']);
  });
});

describe('other pages in the same browser', () => {
  beforeEach(async () => {
    server = await TestServer.start(dir, { now });
    await server.login();
  });

  /** fetch may not set Host and Origin freely. */
  function raw(method: string, path: string, headers: Record<string, string>): Promise<number> {
    const { port } = new URL(server.dashboardUrl);
    return new Promise((resolve, reject) => {
      httpRequest({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });
  }

  it('cannot change anything', async () => {
    const { cookie } = server;
    const foreign: Record<string, string>[] = [
      { cookie, origin: 'https://evil.example' },
      { cookie, origin: 'null' },
      { cookie, 'sec-fetch-site': 'cross-site' },
      { cookie, 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) {
      expect(await raw('POST', '/api/logout', headers)).toBe(403);
    }
    expect((await server.api('/api/session')).status).toBe(200);
    expect(await raw('POST', '/api/logout', { cookie, origin: server.dashboardUrl })).toBe(204);
  });

  it('cannot reach it under a re-pointed name', async () => {
    const { cookie } = server;
    const { port } = new URL(server.dashboardUrl);
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1:1`]) {
      expect(await raw('GET', '/api/session', { cookie, host })).toBe(403);
    }
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`]) {
      expect(await raw('GET', '/api/session', { cookie, host })).toBe(200);
    }
  });

  it('get a strict policy and no caching', async () => {
    const answer = await server.api('/api/session');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const missing = await server.api('/api/none');
    expect(missing.headers.get('cache-control')).toBe('no-store');
    expect(missing.headers.get('content-security-policy')).toContain("script-src 'self'");
  });
});

describe('tenants', () => {
  it('see nothing of each other', async () => {
    const store = new EmbeddedStore(dir);
    const other = store.control.createTenant('other');
    const user = store.control.createUser('other-owner', other.id);
    const key = store.control.createIngestKey(other.id, 'test');
    const token = store.control.createLoginToken(user.id, other.id, Date.now());
    // The owner's tenant must be the first one.
    const own = store.control.createTenant('default');
    store.control.createUser('owner', own.id);
    const ownKey = store.control.createIngestKey(own.id, 'test');
    const ownToken = store.control.createLoginToken(1 + user.id, own.id, Date.now());
    store.close();
    server = await TestServer.start(dir, { now });
    const named = (name: string) => shopRequest(Date.now(), { ...SHOP, 'service.name': name });
    // The same batch key of two tenants is two batches; what a resource says decides nothing.
    for (const [name, bearer] of [
      ['mine', ownKey],
      ['theirs', key],
    ] as const) {
      const answer = await server.send(named(name), {
        authorization: `Bearer ${bearer}`,
        'retrace-batch': 'same:key:1',
      });
      expect(answer.status).toBe(200);
    }
    await server.login(`x#${token}`);
    const theirs = await server.json<ServicesAnswer>('/api/services');
    expect(theirs.services.map(({ name }) => name)).toEqual(['theirs']);
    const theirId = theirs.services[0]?.id;
    await server.login(`x#${ownToken}`);
    const mine = await server.json<ServicesAnswer>('/api/services');
    expect(mine.services.map(({ name }) => name)).toEqual(['mine']);
    expect((await server.api(`/api/services/${theirId}/endpoints`)).status).toBe(404);
  });

  it('can be erased with key and files', async () => {
    const store = new EmbeddedStore(dir);
    const doomed = store.control.createTenant('doomed');
    const key = store.control.createIngestKey(doomed.id, 'test');
    await store.tenant(doomed.id).services();
    store.control.eraseTenant(doomed.id);
    expect(() => store.tenant(doomed.id)).toThrow('no such tenant');
    expect(store.control.tenantOfIngestKey(key)).toBeUndefined();
    store.close();
    const { existsSync } = await import('node:fs');
    expect(existsSync(join(dir, 'tenants', `${doomed.id}.db`))).toBe(false);
    server = await TestServer.start(dir, { now });
    expect((await server.send(shopRequest(), { authorization: `Bearer ${key}` })).status).toBe(401);
  });
});
