/** The ranked tables: thousands of rows, columns of choice, narrowing, export. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRIC } from '../../src/core/semconv.js';
import { SKIPPED_BECAUSE } from './dashboard-browser.js';
import { queryAttributes } from './dashboard-data.js';
import { SharedDashboard } from './dashboard-shared.js';
import { requestOf, SHOP, timingPoint, timings } from './server-harness.js';

const ROWS = 2000;
/** Web Vitals' "good" interaction is 200 ms; ours is half of it. */
const MAX_INTERACTION_MS = 100;

/** A table name per number, in letters only: digits in names would be masked. */
const tableName = (at: number): string =>
  `t_${[at % 26, Math.floor(at / 26) % 26, Math.floor(at / 676)]
    .map((letter) => String.fromCharCode(97 + letter))
    .join('')}`;

describe.skipIf(SKIPPED_BECAUSE !== undefined)(`tables ${SKIPPED_BECAUSE ?? ''}`, () => {
  const test = new SharedDashboard();
  let list = '';

  beforeAll(async () => {
    await test.start();
    await (await test.dashboard.login()).close();
    for (let from = 0; from < ROWS; from += 500) {
      const points = Array.from({ length: 500 }, (_, at) => {
        const sql = `SELECT a, b FROM ${tableName(from + at)} WHERE id = ?`;
        const durations = Array.from({ length: 1 + ((from + at) % 40) }, (_, n) => 900 + n * 13);
        return timingPoint(queryAttributes(sql, 'GET /orders/:id'), durations);
      });
      const answer = await test.dashboard.server.send(
        requestOf(SHOP, [timings(METRIC.queryDuration, points)]),
      );
      expect(answer.status).toBe(200);
    }
    list = `/services/${await test.shopId()}/queries`;
  });
  afterAll(() => test.close());

  it(`answers within ${MAX_INTERACTION_MS} ms with ${ROWS} rows`, async () => {
    const page = await test.page(list);
    await page.getByText(`${ROWS.toLocaleString('en-US')} queries`).waitFor();
    await page.keyboard.press('Tab');
    await watchInteractions(page);
    const figures: Record<string, number> = {};
    const measure = async (name: string, acts: (() => Promise<unknown>)[]): Promise<void> => {
      const found: number[] = [];
      for (const act of acts) found.push(await interactionMs(page, act));
      found.sort((a, b) => a - b);
      // The median: on a machine shared with other processes single figures are theirs.
      figures[name] = found[Math.floor(found.length / 2)] ?? Number.NaN;
    };
    const columns = ['Calls', 'p95', 'Average', 'Query', 'Errors', 'Max', 'Total'];
    await measure(
      'sort',
      columns.map((name) => () => page.getByRole('button', { name, exact: true }).click()),
    );
    await page.getByRole('textbox', { name: /Filter/ }).focus();
    await measure(
      'filter',
      [...'t_ab from', ...Array<string>(9).fill('Backspace')].map(
        (key) => () => page.keyboard.press(key === ' ' ? 'Space' : key),
      ),
    );
    await page.getByRole('button', { name: 'Columns' }).click();
    await measure(
      'columns',
      ['p50', 'p99', 'Max', 'First seen', 'p50'].map(
        (name) => () => page.getByRole('checkbox', { name: new RegExp(`^${name}`) }).click(),
      ),
    );
    console.log('interaction to next paint, median ms:', figures);
    for (const [name, ms] of Object.entries(figures)) {
      expect([name, ms <= MAX_INTERACTION_MS]).toEqual([name, true]);
    }
    await page.close();
  });

  it('draws the rows near the window and reaches the last', async () => {
    const page = await test.page(`${list}?sort=name`);
    await page.getByRole('row').nth(1).waitFor();
    expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe(String(ROWS + 1));
    expect(await page.getByRole('row').count()).toBeLessThan(80);
    await page.getByRole('row').nth(1).getByRole('link').focus();
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate(`document.activeElement.closest('tr').ariaRowIndex`)).toBe('3');
    // Rows are measured as they come into view: the end moves until all of them were.
    await expect
      .poll(async () => {
        await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
        return page.locator(`tr[aria-rowindex="${ROWS + 1}"]`).count();
      })
      .toBe(1);
    // The head stays in view.
    expect((await page.getByRole('columnheader').first().boundingBox())?.y).toBeLessThan(100);
    await page.close();
  });

  it('shows the columns that the URL names, and "back" undoes a choice', async () => {
    const page = await test.page(`${list}?cols=calls`);
    await expect.poll(() => page.getByRole('columnheader').count()).toBe(2);
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('checkbox', { name: /^Table/ }).click();
    await page.waitForURL(/cols=collection%2Ccalls/);
    await page.getByRole('columnheader', { name: 'Table' }).waitFor();
    await page.goBack();
    await page.getByRole('columnheader', { name: 'Table' }).waitFor({ state: 'detached' });
    await page.close();
  });

  it('narrows by table, says when nothing is left, and exports what is shown', async () => {
    const page = await test.page(`${list}?table=t_caa&q=select`);
    await page.getByText('1 of 2,000').waitFor();
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV' }).click();
    const download = await waiting;
    expect(download.suggestedFilename()).toBe('shop-queries.csv');
    const [head = '', row = '', ...more] = readFileSync(await download.path(), 'utf8').split(
      '\r\n',
    );
    expect(head).toMatch(/^\ufeffQuery,.*Calls,.*p95 \(µs\)/);
    expect(row).toMatch(/^"SELECT a, b FROM t_caa WHERE id = \?",[\d.]*,SELECT,t_caa,.*,3,/);
    expect(more).toEqual(['']);
    await page.getByRole('combobox', { name: 'Table' }).selectOption('');
    await page.getByText('2,000 queries').waitFor();
    await page.goBack();
    await page.getByText('1 of 2,000').waitFor();
    await page.getByRole('textbox', { name: /Filter/ }).fill('nothing like it');
    await page.getByText('No query matches “nothing like it”').waitFor();
    await page.getByRole('button', { name: 'Clear the filter' }).last().click();
    await page.getByText('2,000 queries').waitFor();
    await page.close();
  });
});

/** Collects what the browser measures: from the event to the paint that followed it (Event Timing API). */
async function watchInteractions(page: Page): Promise<void> {
  await page.evaluate(`
    globalThis.interactions = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (entry.interactionId > 0) globalThis.interactions.push(entry.duration);
      }
    }).observe({ type: 'event', durationThreshold: 16 });
  `);
}

/** The longest event of one interaction, ms; 16 (the API's finest) where all were shorter. */
async function interactionMs(page: Page, act: () => Promise<unknown>): Promise<number> {
  await page.evaluate('globalThis.interactions.length = 0');
  await act();
  // Entries come after the paint: two frames and a turn of the loop later they are there.
  await page.evaluate(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 40))))',
  );
  return page.evaluate<number>('Math.max(16, ...globalThis.interactions)');
}
