/** The first-run page with a real agent and a real app, started as the page says; and what their data then shows. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, startNode, type Child } from '../helpers/child.js';
import { requireService } from '../helpers/services.js';
import { until } from '../helpers/until.js';
import { SKIPPED_BECAUSE } from './dashboard-browser.js';
import { SharedDashboard } from './dashboard-shared.js';

const CLI = path.join(ROOT, 'dist/src/cli/main.js');
const APP = path.join(ROOT, 'test/fixtures/e2e/app.cjs');
const postgres = await requireService('postgres');
const SERVICE = '<script>alert(1)</script> مرحبا 🦊';

describe.skipIf(SKIPPED_BECAUSE !== undefined)(`first run ${SKIPPED_BECAUSE ?? ''}`, () => {
  const test = new SharedDashboard();
  const dir = mkdtempSync(path.join(tmpdir(), 'retrace-first-'));
  const children: Child[] = [];

  beforeAll(() => test.start());
  afterAll(async () => {
    for (const child of children) await child.stop('SIGKILL');
    await postgres.service?.stop();
    await test.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('leads from the shown commands to the figures of a real app', async () => {
    const page = await test.dashboard.login();
    await page.getByRole('heading', { name: 'Connect your first app' }).waitFor();
    const [agentLine = '', , appLine = ''] = await page.locator('li code').allInnerTexts();
    expect(agentLine).toMatch(/ npx retrace agent$/);
    expect(appLine).toBe('node --require retrace/register app.js');

    // `NAME=value … npx retrace agent`, as a shell would read it.
    const shown = Object.fromEntries(
      [...agentLine.matchAll(/(RETRACE_\w+)=(\S+)/g)].map(([, name, value]) => [name, value]),
    ) as Record<string, string>;
    const socket = { RETRACE_AGENT_SOCKET: path.join(dir, 'agent.sock') };
    children.push(
      startNode([CLI, 'agent'], {
        ...shown,
        ...socket,
        RETRACE_SPOOL_DIR: path.join(dir, 'spool'),
      }),
    );
    const app = startNode(['--require', 'retrace/register', APP], {
      ...socket,
      ...postgres.service?.env,
      RETRACE_SERVICE_NAME: SERVICE,
      RETRACE_EXPORT_INTERVAL_SECONDS: '1',
      FRAMEWORK: 'http',
      PEER_URL: 'http://127.0.0.1:1',
    });
    children.push(app);
    const port = await app.message<number>('port');
    for (let request = 0; request < 10; request++) {
      await (await fetch(`http://127.0.0.1:${port}/status`)).text();
    }

    for (let request = 0; request < 3 && postgres.service !== undefined; request++) {
      await (await fetch(`http://127.0.0.1:${port}/list`)).text();
    }

    // Nothing is reloaded: the page turns into data by itself, and a name stays a name.
    await page.getByRole('link', { name: SERVICE }).click();
    await page.getByRole('heading', { level: 1, name: SERVICE }).waitFor();
    await page.getByText(`nodejs ${process.versions.node}`).waitFor();
    await until('all calls are shown', async () => {
      const { services } = await test.services();
      return services[0]?.requests.calls === (postgres.service === undefined ? 10 : 13);
    });
    await page.getByRole('link', { name: 'Web services', exact: true }).click();
    await page.getByText('ECONNREFUSED').waitFor();
    await page.getByRole('link', { name: /127\.0\.0\.1.*\/v1\/status/ }).click();
    await page.getByRole('link', { name: 'GET /status' }).first().waitFor();
    await page.getByText('connection refused').first().waitFor();
    // The slowest of these requests as it went: the page shows it as soon as it has arrived.
    const slow = page.getByRole('region', { name: 'Slow requests', exact: true });
    const timeline = slow.getByRole('table');
    await timeline.getByRole('link', { name: 'GET /status' }).waitFor({ timeout: 40_000 });
    const call = timeline.getByRole('row', { name: /\/v1\/status.*ECONNREFUSED/ });
    await expect.poll(() => call.count()).toBe(1);
    if (postgres.service !== undefined) {
      // 18 statements with literals, one signature without any.
      await page.goBack();
      await page.getByRole('link', { name: 'Queries', exact: true }).click();
      await page.getByRole('link', { name: /SELECT \? \+ \?/ }).click();
      await page.getByRole('link', { name: 'GET /list' }).first().waitFor();
      await page.getByText('Repeated within one request.').waitFor();
      await page.getByText(/In 3 requests .* at most 6 times/).waitFor();
      const runs = timeline.getByRole('row', { name: /SELECT \? \+ \?/ });
      await expect.poll(() => runs.count(), { timeout: 40_000 }).toBe(6);
      await timeline.getByRole('link', { name: 'GET /list' }).click();
      await page.getByRole('heading', { level: 1, name: '/list' }).waitFor();
      await expect.poll(() => runs.count(), { timeout: 40_000 }).toBe(6);
    }
    await page.goto(`${new URL(page.url()).origin}/services/${await theService(test)}/runtime`);
    const perMinute = page.getByRole('region', { name: 'Garbage collections per minute' });
    await perMinute.getByText('Figures of garbage').click();
    // Of all kinds together one a minute or more: a process that has just started collects.
    const rates = perMinute.getByRole('cell').filter({ hasText: /[1-9]/ });
    await expect.poll(() => rates.count(), { timeout: 40_000 }).toBeGreaterThan(0);
    const row = page.getByRole('row').filter({ hasText: 'nodejs' });
    await expect.poll(() => row.getByText(/^(< ?0\.1|\d+(\.\d)?)%$/).count()).toBe(3);
    expect(test.dashboard.complaints).toEqual([]);
    await page.close();
  });
});

async function theService(test: SharedDashboard): Promise<string> {
  const { services } = await test.services();
  return services[0]!.id;
}
