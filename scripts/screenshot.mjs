// Takes pictures of the dashboard, for README and for looking at:
//   node scripts/screenshot.mjs <login link> [--width 1280] [--height 800] [--scheme light|dark] [--full] <path> <file.png> …
// A login link works once, so several `<path> <file>` pairs may follow. `:shop` in a path stands for the id
// of the service named shop. CHROMIUM names the browser, default /usr/bin/chromium.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    width: { type: 'string', default: '1280' },
    height: { type: 'string', default: '800' },
    scheme: { type: 'string', default: 'light' },
    full: { type: 'boolean', default: false },
  },
});
const [link, ...pairs] = positionals;
if (link === undefined || pairs.length === 0 || pairs.length % 2 !== 0) {
  console.error('usage: node scripts/screenshot.mjs <login link> [options] <path> <file.png> …');
  process.exit(2);
}

const profile = mkdtempSync(path.join(tmpdir(), 'retrace-screenshot-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'].concat([
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ]),
  viewport: { width: Number(values.width), height: Number(values.height) },
  colorScheme: values.scheme === 'dark' ? 'dark' : 'light',
  reducedMotion: 'reduce',
  // The server's certificate is its own authority's.
  ignoreHTTPSErrors: true,
});
try {
  const page = await context.newPage();
  await page.goto(link);
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
  const origin = new URL(link).origin;
  for (let at = 0; at < pairs.length; at += 2) {
    await page.goto(origin + (await withServiceId(page, origin, pairs[at])));
    await page.waitForLoadState('networkidle');
    await page.locator('h1').first().waitFor();
    await page.evaluate('document.fonts.ready.then(() => undefined)');
    await page.screenshot({ path: pairs[at + 1], fullPage: values.full });
    console.log(pairs[at + 1]);
  }
} finally {
  await context.close();
  rmSync(profile, { recursive: true, force: true });
}

async function withServiceId(page, origin, text) {
  const match = /:([\w-]+)/.exec(text);
  if (match === null) return text;
  const answer = await page.request.get(`${origin}/api/services`);
  const { services } = await answer.json();
  const service = services.find(({ name }) => name === match[1]);
  if (service === undefined) throw new Error(`no service is called ${match[1]}`);
  return text.replace(match[0], service.id);
}
