import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeDir, temporaryDir, TestServer } from './server-harness.js';

let dir: string;
let server: TestServer;

beforeEach(() => {
  dir = temporaryDir();
});

afterEach(async () => {
  await server.stop();
  removeDir(dir);
});

const html = { headers: { accept: 'text/html' } };

describe('a built dashboard', () => {
  beforeEach(async () => {
    const dashboardDir = join(dir, 'dashboard');
    mkdirSync(join(dashboardDir, 'assets'), { recursive: true });
    writeFileSync(join(dashboardDir, 'index.html'), '<!doctype html><title>Reports</title>');
    writeFileSync(join(dashboardDir, 'assets', 'index-abc123.js'), 'export {};');
    writeFileSync(join(dir, 'outside.js'), 'PLANTED');
    server = await TestServer.start(join(dir, 'data'), { dashboardDir });
  });

  it('answers every page of the single-page app, never from a cache', async () => {
    for (const path of ['/', '/login', '/services/abc/queries?from=1', '/services/a.b/x']) {
      const page = await server.fetch(server.dashboardUrl + path, html);
      expect([page.status, await page.text()]).toEqual([
        200,
        '<!doctype html><title>Reports</title>',
      ]);
      expect(page.headers.get('cache-control')).toBe('no-cache');
      expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    }
  });

  it('lets hashed files be cached for good', async () => {
    const file = await server.fetch(`${server.dashboardUrl}/assets/index-abc123.js`);
    expect(file.headers.get('content-type')).toContain('javascript');
    expect(file.headers.get('cache-control')).toContain('immutable');
    const missing = await server.fetch(`${server.dashboardUrl}/assets/index-gone.js`, html);
    expect(missing.status).toBe(404);
  });

  it('stays inside its folder', async () => {
    const { port } = new URL(server.dashboardUrl);
    for (const path of [
      '/../outside.js',
      '/%2e%2e/outside.js',
      '/assets/..%2f..%2foutside.js',
      '//outside.js',
    ]) {
      const status = await new Promise<number>((resolve, reject) => {
        request({ host: '127.0.0.1', port, path }, (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        })
          .on('error', reject)
          .end();
      });
      expect(status, path).toBeGreaterThanOrEqual(400);
    }
  });

  it('takes no data without TLS', async () => {
    const answer = await server.fetch(`${server.dashboardUrl}/v1/metrics`, { method: 'POST' });
    expect(answer.status).toBe(404);
  });
});

describe('without a built dashboard', () => {
  it('says so on a page', async () => {
    server = await TestServer.start(join(dir, 'data'), { dashboardDir: join(dir, 'none') });
    const page = await server.fetch(`${server.dashboardUrl}/login`, html);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('npm run build:dashboard');
    expect((await server.fetch(`${server.dashboardUrl}/assets/x.js`)).status).toBe(404);
  });
});

describe('stopping', () => {
  it('does not wait for a sender that hangs', async () => {
    server = await TestServer.start(join(dir, 'data'));
    const { port } = new URL(server.dashboardUrl);
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      `POST /api/login HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n` +
        'content-length: 100\r\n\r\n{',
    );
    const closed = new Promise((resolve) => socket.on('close', resolve));
    // Known to the server once it has answered another request of later.
    await server.fetch(`${server.dashboardUrl}/login`, html);
    const began = performance.now();
    await server.stop();
    await closed;
    expect(performance.now() - began).toBeLessThan(10_000);
    server = await TestServer.start(join(dir, 'data'));
  });
});
