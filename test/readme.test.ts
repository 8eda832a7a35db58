import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { renderReadme } from '../scripts/readme-tables.js';
import { sqlSignature, urlSignature } from '../src/signature/index.js';
import { VERSION } from '../src/core/version.js';

const ROOT = join(import.meta.dirname, '..');
const README = join(ROOT, 'README.md');

describe('README', () => {
  it('has the tables of the code', async () => {
    const current = readFileSync(README, 'utf8');
    const options = (await resolveConfig(README)) ?? {};
    const rendered = await format(renderReadme(current), { ...options, parser: 'markdown' });
    expect(current).toBe(rendered);
  });

  it('shows what the engine really makes of its examples', () => {
    const text = readFileSync(README, 'utf8');
    const table = text.slice(
      text.indexOf('Your process sees'),
      text.indexOf('There is no setting'),
    );
    const rows = [...table.matchAll(/\| `([^`]+)` +\| `([^`]+)` +\|/g)];
    expect(rows.length).toBeGreaterThan(2);
    for (const [, seen = '', sent] of rows) {
      const [method = '', url = ''] = seen.split(' ');
      expect(/^GET /.test(seen) ? urlSignature(method, url) : sqlSignature(seen).text).toBe(sent);
    }
  });

  it('names only files and scripts that are there', () => {
    const text = readFileSync(README, 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1] ?? '');
    expect(links.length).toBeGreaterThan(2);
    for (const link of links) expect(() => readFileSync(join(ROOT, link))).not.toThrow();
  });
});

describe('versions', () => {
  it('are one', () => {
    for (const path of ['package.json', 'src/server/package.json', 'src/dashboard/package.json']) {
      const { version } = JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as { version: string };
      expect(version).toBe(VERSION);
    }
  });
});
