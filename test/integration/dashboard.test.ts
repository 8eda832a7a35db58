import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRIC } from '../../src/core/semconv.js';
import { builtDashboard, overflowPx, SKIPPED_BECAUSE } from './dashboard-browser.js';
import { queryAttributes } from './dashboard-data.js';
import { HOSTILE, SharedDashboard } from './dashboard-shared.js';
import { axeTests } from './dashboard-axe.js';
import { stateTests } from './dashboard-states.js';
import { waterfallTests } from './dashboard-waterfalls.js';
import { requestOf, SHOP, timingPoint, timings } from './server-harness.js';

/** Compressed JavaScript of the first load; the chart's chunk counts too, although it loads later. */
const MAX_SCRIPT_BYTES = 250 * 1024;

it('loads at most 250 KB of compressed JavaScript, none of it inline', () => {
  const dist = builtDashboard();
  const scripts = readdirSync(path.join(dist, 'assets')).filter((name) => name.endsWith('.js'));
  const bytes = scripts.map(
    (name) => gzipSync(readFileSync(path.join(dist, 'assets', name))).length,
  );
  expect(scripts.length).toBeGreaterThan(0);
  expect(bytes.reduce((all, one) => all + one, 0)).toBeLessThan(MAX_SCRIPT_BYTES);
  expect(readFileSync(path.join(dist, 'index.html'), 'utf8')).not.toMatch(
    /<script(?![^>]* src=)|<style| style=/,
  );
});

describe.skipIf(SKIPPED_BECAUSE !== undefined)(`in a browser ${SKIPPED_BECAUSE ?? ''}`, () => {
  const test = new SharedDashboard();
  beforeAll(() => test.start());
  afterAll(() => test.close());

  it('leads from an empty platform to data by itself', async () => {
    const page = await test.dashboard.login();
    expect(page.url()).not.toContain('#');
    await page.getByRole('heading', { name: 'Connect your first app' }).waitFor();
    const { commands } = await test.setup();
    for (const command of commands) await page.getByText(command, { exact: true }).waitFor();
    await test.seed();
    await page.getByRole('link', { name: /shop/ }).waitFor();
    await page.getByRole('link', { name: HOSTILE }).waitFor();
    await page.close();
  });

  it('refuses a used link in words', async () => {
    const page = await test.page(test.dashboard.server.running.loginLink);
    await page.getByText('This login link no longer works').waitFor();
    await page.getByText('retrace server login-link').waitFor();
    expect(page.url()).not.toContain('#');
    await page.close();
  });

  it('shows what the API answers', async () => {
    const id = await test.shopId();
    const answer = await test.report(id, 'queries');
    const top = answer.rows[0];
    const page = await test.page(`/services/${id}/queries?range=6h`);
    await page.getByRole('row').nth(1).waitFor();
    expect(await page.getByRole('row').count()).toBe(answer.rows.length + 1);
    const first = page.getByRole('row').nth(1);
    expect((await first.innerText()).replace(/\s+/g, ' ')).toContain(top?.query?.text.slice(0, 60));
    await page.getByText('Other', { exact: true }).waitFor();
    await page
      .getByText(/1,234 records are known to be missing.*3 waterfalls of slow requests lost/)
      .waitFor();
    await page.close();
  });

  it('keeps sort, filter, range and selection in the URL, and "back" undoes them', async () => {
    const page = await test.page(`/services/${await test.shopId()}/queries`);
    await page.getByRole('button', { name: 'Calls', exact: true }).click();
    await page.waitForURL(/sort=-calls/);
    await page.getByRole('textbox', { name: /Filter/ }).fill('orders insert');
    await page.waitForURL(/q=orders/);
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    await page.getByRole('button', { name: /Time range/ }).click();
    await page.getByRole('button', { name: 'Last 6 hours' }).click();
    await page.waitForURL(/range=6h/);
    const list = page.url();
    await page.getByRole('row').nth(1).getByRole('link').click();
    await page.getByRole('heading', { name: 'INSERT orders' }).waitFor();
    await page.getByText('POST /checkout').first().waitFor();
    await page.getByText('constraint violation').waitFor();
    await page.goBack();
    expect(page.url()).toBe(list);
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    await page.reload();
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    expect(await page.getByRole('textbox', { name: /Filter/ }).inputValue()).toBe('orders insert');
    await page.close();
  });

  it('zooms the page by dragging on a chart', async () => {
    const page = await test.detailPage('endpoints');
    const plot = page.locator('.u-over').first();
    await plot.scrollIntoViewIfNeeded();
    const box = await plot.boundingBox();
    if (box === null) throw new Error('no chart');
    await page.mouse.move(box.x + box.width * 0.4, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, box.y + 60, { steps: 5 });
    await page.mouse.up();
    await page.waitForURL(/from=.+&to=/);
    await page.goBack();
    await page.waitForURL(/range=6h/);
    await page.close();
  });

  it('compares with the period before and narrows by what changed', async () => {
    const at = `/services/${await test.shopId()}/queries?range=15m`;
    const page = await test.page(at);
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.waitForURL(/compare=previous/);
    const changes = page.getByRole('group', { name: 'Changes since the period before' });
    await changes.getByText(/Compared with .*total time/).waitFor();
    const first = changes.getByRole('button').first();
    const count = Number.parseInt(await first.innerText(), 10);
    await first.click();
    await page.waitForURL(/change=/);
    await expect.poll(() => page.getByRole('row').count()).toBe(count + 1);
    await page.goBack();
    await page.goBack();
    await page.waitForURL((url) => !url.search.includes('compare'));
    await changes.waitFor({ state: 'detached' });
    await page.close();
  });

  it('changes the Apdex threshold of a service', async () => {
    const page = await test.page(`/services/${await test.shopId()}`);
    await page.getByText('Apdex, T = 500 ms').waitFor();
    await page.getByRole('button', { name: 'Change the Apdex threshold' }).click();
    const threshold = page.getByRole('textbox', { name: 'Threshold T, ms' });
    await threshold.fill('0');
    await page.getByRole('button', { name: 'Save for everybody' }).click();
    await page.getByText('A whole number from 1 to 60000').waitFor();
    await threshold.fill('1200');
    await page.getByRole('button', { name: 'Save for everybody' }).click();
    await page.getByText('Apdex, T = 1.2 s').waitFor();
    await page.close();
  });

  it('reads and zooms the heatmap with the keyboard', async () => {
    const page = await test.detailPage('queries');
    await page.getByRole('group', { name: /Latency heatmap/ }).focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowUp');
    await page
      .getByText(/ – .* · [\d,]+ calls?/)
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/from=.+&to=/);
    await page.close();
  });

  it('does not move rows under the pointer', async () => {
    const id = await test.shopId();
    const page = await test.page(`/services/${id}/queries?sort=-calls`);
    const names = (): Promise<string[]> => page.getByRole('row').locator('code').allInnerTexts();
    await page.getByRole('row').nth(1).hover();
    const before = await names();
    const last = (await test.report(id, 'queries')).rows.find(
      (row) => row.query?.text.startsWith('UPDATE stock') === true,
    );
    await test.dashboard.server.send(
      requestOf(SHOP, [
        timings(METRIC.queryDuration, [
          timingPoint(
            queryAttributes(last?.query?.text ?? '', 'POST /checkout'),
            Array(200_000).fill(900),
          ),
        ]),
      ]),
    );
    await page.keyboard.press('r');
    await page.getByRole('button', { name: /Ranking changed/ }).waitFor();
    expect(await names()).toEqual(before);
    await page.getByRole('button', { name: /Ranking changed/ }).click();
    await expect.poll(async () => (await names())[0]).toMatch(/UPDATE stock/);
    await page.close();
  });

  it('says when the server is gone and goes on when it is back', async () => {
    const page = await test.page('/');
    await page.getByRole('link', { name: /shop/ }).waitFor();
    await test.dashboard.server.stop();
    await page.keyboard.press('r');
    await page.getByText(/The Retrace server has not answered since/).waitFor();
    expect(await page.getByRole('link', { name: /shop/ }).count()).toBe(1);
    await test.dashboard.startServer();
    await page.getByText(/has not answered since/).waitFor({ state: 'detached' });
    await page.close();
  });

  it('says when the session ends, keeps the page, and goes on after a new login', async () => {
    const page = await test.page('/');
    await page.getByRole('link', { name: /shop/ }).waitFor();
    await test.dashboard.context.clearCookies();
    await page.keyboard.press('r');
    await page.getByText(/Your session ended at/).waitFor();
    expect(await page.getByRole('link', { name: /shop/ }).count()).toBe(1);
    const other = await test.dashboard.login();
    await page.getByText(/Your session ended at/).waitFor({ state: 'detached' });
    await other.close();
    await page.close();
  });

  axeTests(test);
  stateTests(test);
  waterfallTests(test);

  it('fits 390 and 2560 px without sideways scrolling, hostile names included', async () => {
    const { services } = await test.services();
    const pages = services.flatMap(({ id }) => [`/services/${id}`, `/services/${id}/queries`]);
    const shop = `/services/${await test.shopId()}`;
    const more = ['', '/endpoints', '/hosts', '/runtime'].map((page) => `${shop}${page}`);
    const host = `/hosts/${await test.hostId()}`;
    for (const at of ['/', '/privacy', '/hosts', host, `${host}/processes`, ...pages, ...more]) {
      const page = await test.page(at);
      for (const width of [390, 2560]) {
        await page.setViewportSize({ width, height: 900 });
        await expect.poll(async () => [at, width, await overflowPx(page)]).toEqual([at, width, 0]);
      }
      await page.close();
    }
  }, 120_000);

  it('can be used with the keyboard alone', async () => {
    const page = await test.page(`/services/${await test.shopId()}/endpoints`);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    await page.getByRole('button', { name: 'Errors' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/sort=-errors/);
    await page.getByRole('row').nth(1).getByRole('link').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: '/checkout' }).waitFor();
    await page.close();
  });

  it('works under a policy that forbids inline styles too', async () => {
    await test.dashboard.context.route('**/*', async (route) => {
      if (route.request().resourceType() !== 'document') return route.fallback();
      const response = await route.fetch();
      const policy = (response.headers()['content-security-policy'] ?? '').replace(
        / 'unsafe-inline'| data:/g,
        '',
      );
      expect(policy).toContain("style-src 'self'");
      await route.fulfill({
        response,
        headers: { ...response.headers(), 'content-security-policy': policy },
      });
    });
    const page = await test.detailPage('queries');
    await page.getByRole('button', { name: /Time range/ }).click();
    await page.getByRole('button', { name: 'Last 24 hours' }).waitFor();
    await page.close();
    await test.dashboard.context.unroute('**/*');
  });

  it('logs out', async () => {
    const page = await test.page('/');
    await page.getByRole('button', { name: 'Account' }).click();
    await page.getByRole('menuitem', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'You are logged out' }).waitFor();
    await page.goto(`${test.dashboard.url}/`);
    await page.waitForURL(/\/login/);
    await page.close();
  });

  it('never broke a rule of the content security policy and never ran foreign text', () => {
    const expected = /Failed to load resource/;
    expect(test.dashboard.complaints.filter((text) => !expected.test(text))).toEqual([]);
  });
});
