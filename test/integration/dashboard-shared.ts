import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { METRIC } from '../../src/core/semconv.js';
import type { HostsAnswer, ReportAnswer, ServicesAnswer } from '../../src/server/api-types.js';
import { builtDashboard, DashboardTest } from './dashboard-browser.js';
import { seedService, SHOP_ENDPOINTS } from './dashboard-data.js';
import { seedHost } from './dashboard-hosts.js';
import { seedSlow } from './dashboard-slow.js';
import { requestOf, SHOP, sum, timingPoint, timings } from './server-harness.js';

export const HOSTILE = '<script>alert(1)</script> مرحبا 🦊';

/** A server with a little shop and hostile names in it, and what tests ask of both. */
export class SharedDashboard {
  dashboard!: DashboardTest;

  async start(): Promise<void> {
    this.dashboard = await new DashboardTest(builtDashboard()).start();
  }

  close(): Promise<void> {
    return this.dashboard.close();
  }

  async seed(): Promise<void> {
    const { server } = this.dashboard;
    await seedService(server, { resource: SHOP, endpoints: SHOP_ENDPOINTS, minutes: 60 });
    const hostile = { method: 'GET', perMinute: 2, ownMs: 2, queries: [] };
    await seedService(server, {
      resource: { ...SHOP, 'service.name': HOSTILE },
      endpoints: [
        { ...hostile, route: `/${HOSTILE}` },
        { ...hostile, route: `/${'a'.repeat(10_000)}` },
      ],
      minutes: 5,
    });
    await seedService(server, {
      resource: { ...SHOP, 'service.name': 'n'.repeat(10_000) },
      endpoints: SHOP_ENDPOINTS.slice(0, 1),
      minutes: 5,
    });
    await seedSlow(server, [2, 5, 9, 14, 22, 31]);
    await seedHost(server);
    const other = timingPoint({ 'otel.metric.overflow': true }, Array(40).fill(900));
    await server.send(
      requestOf(SHOP, [
        timings(METRIC.queryDuration, [other]),
        sum(METRIC.dropped, { 'retrace.reason': 'ring_full' }, 1234),
        sum(METRIC.dropped, { 'retrace.reason': 'exit', 'retrace.kind': 'waterfall' }, 3),
      ]),
    );
  }

  /** Through the browser's cookie. */
  async get<T>(at: string): Promise<T> {
    return (await (
      await this.dashboard.context.request.get(`${this.dashboard.url}${at}`)
    ).json()) as T;
  }

  setup(): Promise<{ commands: string[] }> {
    return this.get('/api/setup');
  }

  services(): Promise<ServicesAnswer> {
    return this.get('/api/services');
  }

  report(id: string, report: string): Promise<ReportAnswer> {
    return this.get(`/api/services/${id}/${report}`);
  }

  async shopId(): Promise<string> {
    const { services } = await this.services();
    return services.find(({ name }) => name === 'shop')?.id ?? '';
  }

  async hostId(): Promise<string> {
    return (await this.get<HostsAnswer>('/api/hosts')).hosts[0]?.id ?? '';
  }

  async page(at: string): Promise<Page> {
    const page = await this.dashboard.context.newPage();
    await page.goto(new URL(at, this.dashboard.url).href);
    await page.locator('h1').first().waitFor();
    // A busy machine takes longer than the second that is the default.
    await expect
      .poll(() => page.locator('[class*=Skeleton-root]').count(), { timeout: 10_000 })
      .toBe(0);
    return page;
  }

  async detailPage(report: string, range = '6h'): Promise<Page> {
    const id = await this.shopId();
    const { rows } = await this.report(id, report);
    const page = await this.page(`/services/${id}/${report}/${rows[0]?.id ?? ''}?range=${range}`);
    await page.locator('.u-over').nth(1).waitFor();
    return page;
  }
}
