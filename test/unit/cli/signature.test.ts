import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runSignatureCommand, SIGNATURE_HELP } from '../../../src/cli/signature.js';
import { sqlSignature } from '../../../src/signature/index.js';
import { DIALECT_NAMES, dialectOf } from '../../../src/signature/sql/dialects.js';

const MAIN = join(import.meta.dirname, '../../../dist/src/cli/main.js');
const SQL = 'SELECT `a` FROM t WHERE b = "x" AND c IN (\'kanari\', 4711)';

let out = '';
let err = '';
beforeEach(() => {
  out = err = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const linesOf = async (...args: string[]): Promise<[code: number, ...lines: string[]]> => {
  const code = await runSignatureCommand(args);
  return [code, ...out.trimEnd().split('\n')];
};

describe('retrace signature', () => {
  it('prints text, hash and summary of a statement', async () => {
    const { text, hash, summary } = sqlSignature(SQL, { dialect: 'mysql' });
    expect(await linesOf('--dialect', 'mysql', SQL)).toEqual([
      0,
      `text     ${text}`,
      `hash     ${hash}`,
      `summary  ${summary}`,
    ]);
    expect(text).toBe('SELECT `a` FROM t WHERE b = ? AND c IN (?)');
    expect(summary).toBe('SELECT t');
  });

  it('prints JSON', async () => {
    const code = await runSignatureCommand([SQL, '--json', '--dialect=mariadb']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ ...sqlSignature(SQL, { dialect: 'mariadb' }) });
    out = '';
    await runSignatureCommand(['--json', '/orders/4711']);
    expect(JSON.parse(out)).toEqual({ text: 'GET /orders/*' });
  });

  it('takes each dialect that the engine knows, and lists them when it takes none', async () => {
    for (const dialect of DIALECT_NAMES) {
      expect(await runSignatureCommand(['--dialect', dialect, 'SELECT 1'])).toBe(0);
      // MariaDB is read as MySQL.
      expect(dialectOf(dialect).name).toBe(dialect === 'mariadb' ? 'mysql' : dialect);
    }
    expect(await runSignatureCommand(['--dialect', 'kanari', 'SELECT 1'])).toBe(2);
    for (const dialect of DIALECT_NAMES) expect(err).toContain(dialect);
    expect(err).not.toContain('kanari');
  });

  it.each([
    [
      ['GET', 'https://jane:pw@api.example.com/v1/users/4711?x=y'],
      'GET api.example.com/v1/users/*',
    ],
    [['post', '/orders/4711'], 'POST /orders/*'],
    [['https://api.example.com/orders#kanari'], 'GET api.example.com/orders'],
    [['//api.example.com/orders'], 'GET api.example.com/orders'],
    [['/kanari/orders'], 'GET /*/orders'],
    [['DELETE https://api.example.com/orders/4711'], 'DELETE api.example.com/orders/*'],
    [['--url', 'api.example.com/orders'], 'GET api.example.com/orders'],
    [['--url', 'CONNECT', 'api.example.com:5432'], 'CONNECT api.example.com:5432'],
  ])('reads %j as a URL', async (args, expected) => {
    expect(await linesOf(...args)).toEqual([0, `text     ${expected}`]);
  });

  it.each([
    ['/* kanari */ SELECT 1', 'SELECT ?'],
    ['-- kanari\nSELECT 4711', 'SELECT ?'],
    ['--kanari\nSELECT 4711', undefined],
    ['GET DIAGNOSTICS CONDITION 1 @p1 = MESSAGE_TEXT', undefined],
  ])('reads %j as a statement', async (sql, expected) => {
    const [code, text] = await linesOf(sql);
    if (code === 0) {
      expect(text).toMatch(/^text {5}/);
      if (expected !== undefined) expect(text).toBe(`text     ${expected}`);
    }
    expect(out + err).not.toMatch(/kanari|4711/);
  });

  it('honours RETRACE_URL_TEMPLATES and names it when an entry is none', async () => {
    vi.stubEnv('RETRACE_URL_TEMPLATES', 'api.example.com/kanari/:id, no template');
    expect(await linesOf('https://api.example.com/kanari/4711')).toEqual([
      0,
      'text     GET api.example.com/kanari/:id',
    ]);
    expect(err).toContain('RETRACE_URL_TEMPLATES');
    expect(err).not.toContain('no template');
  });

  it.each([
    [['--kanari', 'SELECT 1']],
    [['SELECT 1', '--dialect']],
    [['SELECT', 'kanari']],
    [['GET', '/kanari', '/kanari']],
  ])('refuses %j with exit code 2 and without quoting it', async (args) => {
    expect(await linesOf(...args)).toEqual([2, '']);
    expect(err).toMatch(/^retrace: [^\n]+\n$/);
    expect(err).not.toContain('kanari');
  });

  it('reads stdin, with and without -', () => {
    expect(existsSync(MAIN), 'npm run build:runtime first').toBe(true);
    for (const args of [['-'], [], ['--dialect', 'postgresql']]) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'signature', ...args], {
        input: "SELECT *\nFROM t WHERE a = 'kanari'\n",
        encoding: 'utf8',
      });
      expect([status, stderr]).toEqual([0, '']);
      expect(stdout.split('\n')[0]).toBe('text     SELECT * FROM t WHERE a = ?');
    }
  });

  it('has a help that names every option and dialect', async () => {
    expect(await runSignatureCommand(['-h'])).toBe(0);
    expect(out).toBe(SIGNATURE_HELP);
    for (const word of ['--dialect', '--url', '--json', 'RETRACE_URL_TEMPLATES', ...DIALECT_NAMES])
      expect(out).toContain(word);
  });
});
