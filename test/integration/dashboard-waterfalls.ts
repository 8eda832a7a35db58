import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { WaterfallAnswer, WaterfallsAnswer } from '../../src/server/api-types.js';
import { queryAttributes } from './dashboard-data.js';
import type { SharedDashboard } from './dashboard-shared.js';
import { slowRequest, tracesOf } from './waterfall-requests.js';

const FILTER = { endpoints: 'endpoint', queries: 'query', 'web-services': 'web-service' } as const;
type Report = keyof typeof FILTER;
const DAY_MS = 86_400_000;

/** Slow requests in the details of endpoints, queries and web services. */
export function waterfallTests(test: SharedDashboard): void {
  const rowOf = async (report: Report): Promise<string> =>
    (await test.report(await test.shopId(), report)).rows[0]?.id ?? '';
  const slowOf = async (report: Report): Promise<WaterfallsAnswer> =>
    test.get(
      `/api/services/${await test.shopId()}/waterfalls?${FILTER[report]}=${await rowOf(report)}&from=${Date.now() - 6 * 3_600_000}`,
    );
  const panelOf = (page: Page) => page.getByRole('region', { name: 'Slow requests', exact: true });
  const items = (page: Page) => panelOf(page).getByRole('list').getByRole('link');
  const drawn = (page: Page) => panelOf(page).getByRole('table').getByRole('row');

  it.each(['endpoints', 'queries', 'web-services'] as const)(
    'draws slow requests in the detail of %s',
    async (report) => {
      const answer = await slowOf(report);
      const [first] = answer.waterfalls;
      const one = await test.get<WaterfallAnswer>(
        `/api/services/${await test.shopId()}/waterfalls/${first?.id ?? ''}`,
      );
      expect(answer.waterfalls.length).toBeGreaterThan(3);
      const page = await test.detailPage(report);
      await expect.poll(() => items(page).count()).toBe(answer.waterfalls.length);
      // The head, the request itself, and what it waited for.
      await expect.poll(() => drawn(page).count()).toBe(one.spans.length + 2);
      const marked = panelOf(page).locator('tr[data-marked]');
      expect(await marked.count()).toBe(report === 'endpoints' ? 0 : (first?.matched?.calls ?? -1));
      await drawn(page).nth(2).getByRole('link').click();
      await page.waitForURL(new RegExp(`/${one.spans[0]?.report ?? ''}/${one.spans[0]?.id ?? ''}`));
      await page.close();
    },
  );

  it('keeps the open one in the URL; "back" and a link open it again', async () => {
    const page = await test.detailPage('queries');
    const { waterfalls } = await slowOf('queries');
    await items(page).nth(0).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`waterfall=${waterfalls[2]?.id}`));
    await expect.poll(() => items(page).nth(2).getAttribute('aria-current')).toBe('true');
    const link = page.url();
    await page.goBack();
    await expect.poll(() => items(page).nth(0).getAttribute('aria-current')).toBe('true');
    await page.goto(link);
    await expect.poll(() => items(page).nth(2).getAttribute('aria-current')).toBe('true');
    // Whoever gets the link sees what it is about.
    await expect
      .poll(async () => (await panelOf(page).boundingBox())?.y ?? 9999, { timeout: 10_000 })
      .toBeLessThan(500);
    await page.close();
  });

  it('says why there is none, and that one is not kept any more', async () => {
    const at = `/services/${await test.shopId()}/queries/${await rowOf('queries')}`;
    const page = await test.page(
      `${at}?from=${new Date(Date.now() - 3 * DAY_MS).toISOString()}&to=${new Date(Date.now() - 2 * DAY_MS).toISOString()}`,
    );
    await page.getByText('No slow request in which this query ran is kept').waitFor();
    await page.getByText(/Kept are the 10 slowest requests of each endpoint and day/).waitFor();
    await page.goto(new URL(`${at}?waterfall=${'0'.repeat(32)}`, test.dashboard.url).href);
    await page.getByText('This slow request is not kept any more').waitFor();
    await page.close();
  });

  it('changes neither the open one nor the order under the pointer', async () => {
    const page = await test.detailPage('queries');
    await items(page).nth(1).hover();
    const before = await items(page).allInnerTexts();
    const { rows } = await test.report(await test.shopId(), 'queries');
    const attributes = queryAttributes(rows[0]?.query?.text ?? '', 'GET /slowest');
    const slowest = slowRequest({
      endpoint: 'GET /slowest',
      durationUs: 30_000_000,
      children: [{ attributes, startUs: 100, durationUs: 29_000_000 }],
    });
    expect((await test.dashboard.server.sendTraces(tracesOf(slowest))).status).toBe(200);
    await page.keyboard.press('r');
    await expect.poll(() => items(page).count()).toBe(before.length + 1);
    expect((await items(page).allInnerTexts()).slice(0, before.length)).toEqual(before);
    await expect.poll(() => items(page).nth(0).getAttribute('aria-current')).toBe('true');
    await page.getByRole('heading', { level: 1 }).hover();
    await page.keyboard.press('r');
    await expect.poll(async () => (await items(page).allInnerTexts())[0]).toMatch(/30\.0 s/);
    expect(await items(page).nth(1).getAttribute('aria-current')).toBe('true');
    await page.close();
  });

  it.each([
    ['Slow requests', 'shop-slow-request.csv', /^\ufeffKind,Name,Signature,Start \(µs\)/],
    ['Which endpoints run it', 'shop-callers-of-query.csv', /^\ufeffName,Share,.*p95 \(µs\)/],
    ['Latency heatmap', 'latency-heatmap.csv', /^\ufeffTime,\d+ – \d+ µs/],
    ['Latency', 'latency.csv', /^\ufeffTime,.*p95 \(µs\)/],
  ])('exports %s as CSV', async (region, name, head) => {
    const page = await test.detailPage('queries');
    const panel = page.getByRole('region', { name: region, exact: true });
    const figures = panel.getByText(/^Figures of/);
    if ((await figures.count()) > 0) await figures.click();
    const waiting = page.waitForEvent('download');
    await panel.getByRole('button', { name: 'CSV' }).click();
    const download = await waiting;
    expect(download.suggestedFilename()).toBe(name);
    const lines = readFileSync(await download.path(), 'utf8').split('\r\n');
    expect(lines[0]).toMatch(head);
    expect(lines.length).toBeGreaterThan(2);
    await page.close();
  });
}
