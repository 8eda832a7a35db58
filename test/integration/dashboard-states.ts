import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { RuntimeAnswer } from '../../src/server/api-types.js';
import { overflowPx } from './dashboard-browser.js';
import type { SharedDashboard } from './dashboard-shared.js';

const FAILS = {
  status: 500,
  contentType: 'application/json',
  body: JSON.stringify({ error: { code: 'internal', message: 'the disk is full' } }),
};

/** What a page does when something is dragged, exported or answered with an error. */
export function stateTests(test: SharedDashboard): void {
  it('zooms the page by dragging on the heatmap', async () => {
    const page = await test.detailPage('queries');
    const plot = page.getByRole('group', { name: /Latency heatmap/ });
    await plot.scrollIntoViewIfNeeded();
    const box = await plot.boundingBox();
    if (box === null) throw new Error('no heatmap');
    await page.mouse.move(box.x + box.width * 0.5, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/from=.+&to=/);
    const { searchParams } = new URL(page.url());
    const [from = 0, to = 0] = ['from', 'to'].map((name) =>
      Date.parse(searchParams.get(name) ?? ''),
    );
    // A fifth of the plot of six hours.
    expect((to - from) / 3_600_000).toBeGreaterThan(0.8);
    expect((to - from) / 3_600_000).toBeLessThan(1.8);
    await page.goBack();
    await page.waitForURL(/range=6h/);
    await page.close();
  });

  it('tells how much of the time collections were observed, and takes figures as a share of that', async () => {
    const page = await test.page(`/services/${await test.shopId()}/runtime?range=15m`);
    const share = page.getByRole('region', { name: 'Garbage collection: share of time' });
    await share.getByText('25% of the time observed').waitFor();
    const perMinute = page.getByRole('region', { name: 'Garbage collections per minute' });
    await perMinute.getByText('Figures of garbage').click();
    // One in each 12 s that were observed.
    await perMinute.getByRole('cell', { name: '5.00' }).first().waitFor();
    const longest = page.getByRole('region', { name: 'Garbage collection: longest' });
    await longest.getByText('Figures of garbage').click();
    await longest.getByRole('cell', { name: '900' }).first().waitFor();
    await page.close();
  });

  it('says that collections are not observed, and that the tab could not be read', async () => {
    const at = `/services/${await test.shopId()}/runtime?range=15m`;
    const page = await test.page(at);
    await page.route('**/api/services/*/runtime?**', async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as RuntimeAnswer;
      const chart = answer.chart.map((point) => ({ ...point, gc: [], gcObservedSeconds: 0 }));
      await route.fulfill({ response, json: { ...answer, chart } });
    });
    await page.keyboard.press('r');
    const share = page.getByRole('region', { name: 'Garbage collection: share of time' });
    await share.getByText('Not measured in this time range').waitFor();
    await page.close();
    const other = await test.page('/');
    await other.route('**/api/services/*/runtime?**', (route) => route.fulfill(FAILS));
    await other.goto(new URL(at, other.url()).href);
    await other.getByText('It said: the disk is full. Its log has the reason.').waitFor();
    await other.close();
  });

  it('says in words that settings could not be saved, and that nothing was changed', async () => {
    const page = await test.page(`/services/${await test.shopId()}`);
    await page.route('**/settings', (route) => route.fulfill(FAILS));
    await page.getByRole('button', { name: 'Change the Apdex threshold' }).click();
    await page.getByRole('textbox', { name: 'Threshold T, ms' }).fill('900');
    await page.getByRole('button', { name: 'Save for everybody' }).click();
    await page.getByText('The server could not answer this: nothing was changed.').waitFor();
    await page.close();
  });

  it('says in words that a comparison failed, and tries again when asked', async () => {
    const page = await test.page(`/services/${await test.shopId()}/queries?range=15m`);
    await page.route(/compare=previous/, (route) => route.fulfill(FAILS));
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText('It said: the disk is full. Its log has the reason.').waitFor();
    await page.unroute(/compare=previous/);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText(/Compared with/).waitFor();
    await page.close();
  });

  it('says how old the figures are when a refresh is refused', async () => {
    const page = await test.page('/');
    await page.getByRole('link', { name: /shop/ }).waitFor();
    await page.route('**/api/services?**', (route) => route.fulfill(FAILS));
    await page.keyboard.press('r');
    await page.getByText(/What you see was read at \d\d:\d\d:\d\d/).waitFor();
    expect(await page.getByRole('link', { name: /shop/ }).count()).toBe(1);
    await page.unroute('**/api/services?**');
    await page.keyboard.press('r');
    await page.getByText(/What you see was read at/).waitFor({ state: 'detached' });
    await page.close();
  });

  it.each([
    ['/', 'services.csv', /^\ufeffService,.*Requests\/min/],
    ['endpoints', 'shop-endpoints.csv', /^\ufeffEndpoint,.*p95 \(µs\)/],
    ['web-services', 'shop-web-services.csv', /^\ufeffWeb service,.*p95 \(µs\)/],
    ['/privacy', 'privacy-fields.csv', /^\ufeffField,About,Received/],
  ])('exports %s as CSV', async (at, name, head) => {
    const page = await test.page(
      at.startsWith('/') ? at : `/services/${await test.shopId()}/${at}`,
    );
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV' }).click();
    const download = await waiting;
    expect(download.suggestedFilename()).toBe(name);
    const lines = readFileSync(await download.path(), 'utf8').split('\r\n');
    expect(lines[0]).toMatch(head);
    expect(lines.length).toBeGreaterThan(2);
    await page.close();
  });

  it('fits 390 and 2560 px on the detail pages', async () => {
    for (const report of ['endpoints', 'queries', 'web-services']) {
      const page = await test.detailPage(report);
      for (const width of [390, 2560]) {
        await page.setViewportSize({ width, height: 900 });
        await expect
          .poll(async () => [report, width, await overflowPx(page)])
          .toEqual([report, width, 0]);
      }
      await page.close();
    }
  });

  it('tells times in the viewer’s zone, and why a long range has coarse steps', async () => {
    const page = await test.page(`/services/${await test.shopId()}?range=30d`);
    // The browser is in Berlin, the server may be anywhere.
    await page
      .getByText(/\(UTC\+0[12]:00\) · in steps of 1 day, because the range is long: zoom in/)
      .waitFor();
    await page.close();
  });

  it('keeps the chosen colours', async () => {
    const page = await test.page('/');
    await page.getByRole('button', { name: 'Use dark colours' }).click();
    await page.reload();
    await page.locator('html[data-mantine-color-scheme=dark]').waitFor();
    await page.getByRole('button', { name: 'Use light colours' }).click();
    await page.locator('html[data-mantine-color-scheme=light]').waitFor();
    // As before: for the tests that follow the system decides.
    await page.evaluate('localStorage.removeItem("mantine-color-scheme-value")');
    await page.close();
  });
}
