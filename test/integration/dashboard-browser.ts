import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { removeDir, temporaryDir, TestServer } from './server-harness.js';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ROOT = path.resolve(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);

/** Reason to skip, or undefined; with RETRACE_REQUIRE_SERVICES=1 the test fails instead of being skipped. */
export const SKIPPED_BECAUSE: string | undefined =
  existsSync(CHROMIUM) || process.env.RETRACE_REQUIRE_SERVICES === '1'
    ? undefined
    : `skipped: no browser at ${CHROMIUM}`;

/** The dashboard as it is now: built again only where it is older than its sources. */
export function builtDashboard(): string {
  execFileSync(process.execPath, [path.join(ROOT, 'scripts/setup.mjs')], {
    stdio: 'inherit',
    // The test runner's own NODE_ENV would bring React's development build.
    env: { ...process.env, NODE_ENV: 'production' },
  });
  return path.join(ROOT, 'src/dashboard/dist');
}

/** A real server with the built dashboard, and a browser in front of it. */
export class DashboardTest {
  readonly #dataDir = temporaryDir();
  readonly #profileDir = temporaryDir();
  /** Everything the browser complained about. */
  readonly complaints: string[] = [];
  server!: TestServer;
  context!: BrowserContext;

  constructor(readonly dashboardDir: string) {}

  async start(options: { viewport?: { width: number; height: number } } = {}): Promise<this> {
    await this.startServer();
    this.context = await chromium.launchPersistentContext(this.#profileDir, {
      executablePath: CHROMIUM,
      headless: true,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
      viewport: options.viewport ?? { width: 1280, height: 800 },
      timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce',
    });
    this.context.setDefaultTimeout(20_000);
    this.context.on('weberror', (error) => this.complaints.push(error.error().message));
    this.context.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    return this;
  }

  /** A second start comes back on the same port with the same data. */
  async startServer(): Promise<void> {
    const dashboardPort = this.server === undefined ? 0 : Number(new URL(this.url).port);
    const port = this.server === undefined ? 0 : Number(new URL(this.server.running.tlsUrl).port);
    this.server = await TestServer.start(this.#dataDir, {
      dashboardDir: this.dashboardDir,
      dashboardPort,
      port,
    });
  }

  get url(): string {
    return this.server.dashboardUrl;
  }

  async login(): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(this.server.running.loginLink);
    await page.waitForURL(`${this.url}/`);
    return page;
  }

  async close(): Promise<void> {
    await this.context.close();
    await this.server.stop();
    removeDir(this.#dataDir);
    removeDir(this.#profileDir);
  }
}

interface AxeResult {
  violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
}

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds on the page as it stands: WCAG A and AA and best practices, or only the named rules. */
export async function axeFindings(page: Page, rules?: readonly string[]): Promise<string[]> {
  // Through the debugger, so the page's content security policy stays in force for the page.
  await page.evaluate(AXE);
  // What passes is not described, which is most of axe's work.
  const options = { resultTypes: ['violations'], ...(rules !== undefined && { runOnly: rules }) };
  const result = await page.evaluate<AxeResult>(`axe.run(document, ${JSON.stringify(options)})`);
  return result.violations.flatMap((violation) =>
    violation.nodes.map(
      (node) => `${violation.id}: ${node.html.slice(0, 200)} ${node.failureSummary ?? ''}`,
    ),
  );
}

/** Horizontal scrolling of the page, px. */
export function overflowPx(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
}
