import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { axeFindings } from './dashboard-browser.js';
import type { SharedDashboard } from './dashboard-shared.js';

const REPORTS = ['endpoints', 'queries', 'web-services'] as const;
const OF_SERVICE = ['', ...REPORTS, 'hosts', 'runtime'];

/** Every page satisfies axe in light and dark. */
export function axeTests(test: SharedDashboard): void {
  it.each(['/', '/hosts', '/hosts/unknown', '/privacy', '/login', '/nothing'])(
    'satisfies axe, light and dark: %j',
    async (at) => {
      await expectAccessible(await test.page(at));
    },
  );

  it.each(OF_SERVICE)('satisfies axe on a page of a service, light and dark: %j', async (at) => {
    await expectAccessible(await test.page(`/services/${await test.shopId()}/${at}`));
  });

  it.each(REPORTS)('satisfies axe on a detail page, light and dark: %s', async (report) => {
    await expectAccessible(await test.detailPage(report));
  });
}

/** All rules in light; in dark only what colours can change. */
async function expectAccessible(page: Page): Promise<void> {
  expect(await axeFindings(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await page.locator('html[data-mantine-color-scheme=dark]').waitFor();
  expect(await axeFindings(page, ['color-contrast'])).toEqual([]);
  await page.close();
}
