import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { axeFindings } from './dashboard-browser.js';
import type { SharedDashboard } from './dashboard-shared.js';

const REPORTS = ['endpoints', 'queries', 'web-services'] as const;
const OF_SERVICE = ['', ...REPORTS, 'hosts', 'runtime'];
const OF_HOST = ['', 'file-systems', 'processes', 'applications', 'collectors'];

/** What opens above a page: where, by which button, as what. */
const OVERLAYS = [
  { at: '', button: /^Account$/, role: 'menu', name: /Account/ },
  { at: '', button: /^Time range/, role: 'dialog', name: 'Time range' },
  { at: '', button: 'Change the Apdex threshold', role: 'dialog', name: 'Apdex threshold' },
  { at: 'queries', button: 'Columns', role: 'dialog', name: 'Columns' },
] as const;

/** Every page satisfies axe in light and dark, with what opens above it. */
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

  it.each(OF_HOST)('satisfies axe on a page of a host, light and dark: %j', async (at) => {
    await expectAccessible(await test.page(`/hosts/${await test.hostId()}/${at}`));
  });

  it.each(REPORTS)('satisfies axe on a detail page, light and dark: %s', async (report) => {
    // Few minutes: with the tables that are made when somebody asks for them.
    const page = await test.detailPage(report, '15m');
    for (const figures of await page.getByText(/^Figures of/).all()) await figures.click();
    await expectAccessible(page);
  });

  it('satisfies axe while rows are compared and losses are told', async () => {
    const page = await test.page(
      `/services/${await test.shopId()}/queries?range=15m&compare=previous`,
    );
    await page.getByRole('group', { name: 'Changes since the period before' }).waitFor();
    await page.getByText(/known to be missing/).click();
    await expectAccessible(page);
  });

  it.each(OVERLAYS)(
    'opens $button by keyboard, satisfies axe, light and dark, and gives the focus back',
    async ({ at, button, role, name }) => {
      const page = await test.page(`/services/${await test.shopId()}/${at}`);
      const opener = page.getByRole('button', { name: button });
      const overlay = page.getByRole(role, { name });
      await opener.focus();
      for (const scheme of ['light', 'dark'] as const) {
        await useScheme(page, scheme);
        await page.keyboard.press('Enter');
        await overlay.waitFor();
        if (role === 'menu') await page.keyboard.press('ArrowDown');
        // Whoever opens it with a key is in it.
        const within = page.locator(`[role=${role}]:focus, [role=${role}] :focus`);
        await expect.poll(() => within.count()).toBe(1);
        expect(await axeFindings(page)).toEqual([]);
        await page.keyboard.press('Escape');
        await overlay.waitFor({ state: 'detached' });
        await expect.poll(() => opener.and(page.locator(':focus')).count()).toBe(1);
      }
      await page.close();
    },
  );
}

async function expectAccessible(page: Page): Promise<void> {
  for (const scheme of ['light', 'dark'] as const) {
    await useScheme(page, scheme);
    expect(await axeFindings(page)).toEqual([]);
  }
  await page.close();
}

async function useScheme(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
}
