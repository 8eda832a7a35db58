import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from './harness.js';

const run = promisify(execFile);
const preload = join(root, 'test/instrumentations/recording-preload.cjs');
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'retrace-states-'));
  writeFileSync(join(directory, 'events'), '');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function put(path: string, content: string): string {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

/** A package laid out as pg is. */
function putPg(folder: string, version: string, client: string): void {
  put(`${folder}/package.json`, JSON.stringify({ name: 'pg', version, main: './lib/index.js' }));
  put(`${folder}/lib/index.js`, "module.exports = { Client: require('./client') };");
  put(`${folder}/lib/client.js`, client);
}

async function start(
  app: string,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<{
  states: Record<string, { state: string; version?: string }>;
  lines: string[];
  stdout: string;
  stderr: string;
}> {
  const file = put(
    app.includes('import ') ? 'app.mjs' : 'app.cjs',
    `${app}\nconsole.log(JSON.stringify(globalThis[Symbol.for('retrace.test')].states()));`,
  );
  const events = join(directory, 'events');
  const { stdout, stderr } = await run(process.execPath, [...args, '--require', preload, file], {
    cwd: directory,
    env: { ...process.env, ...env, RETRACE_TEST_EVENTS: events, NODE_OPTIONS: '' },
  });
  const printed = stdout.trimEnd().split('\n');
  return {
    states: JSON.parse(printed.pop() ?? '{}') as Record<
      string,
      { state: string; version?: string }
    >,
    lines: readFileSync(events, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { line?: string }).line ?? ''),
    stdout: printed.join('\n'),
    stderr,
  };
}

const realPg = `process.chdir(${JSON.stringify(root)}); const require2 = require('node:module').createRequire(${JSON.stringify(join(root, 'package.json'))}); const pg = require2('pg');`;

describe('hook states', () => {
  it('names what Node provides and what has not been loaded', async () => {
    const { states, lines, stderr } = await start('');
    expect(states.http).toEqual({ state: 'active', version: process.versions.node });
    expect(states.undici).toEqual({ state: 'active', version: process.versions.node });
    expect(states.pg).toEqual({ state: 'not loaded' });
    expect(states.fastify).toEqual({ state: 'not loaded' });
    expect(lines).toEqual([]);
    expect(stderr).toBe('');
  });

  it('names the version that was loaded, by require and by import', async () => {
    const { version } = JSON.parse(
      readFileSync(join(root, 'node_modules/pg/package.json'), 'utf8'),
    ) as { version: string };
    expect((await start(realPg)).states.pg).toEqual({ state: 'active', version });
    symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
    const { states } = await start(
      "import pg from 'pg'; import express from 'express'; void pg, express;",
    );
    expect(states.pg).toEqual({ state: 'active', version });
    expect(states.router?.state).toBe('active');
  });

  it('attaches to what an earlier preload has loaded', async () => {
    const early = put('early.cjs', realPg);
    expect((await start('', ['--require', early])).states.pg?.state).toBe('active');
  });

  it('leaves a version out of range alone, with one line', async () => {
    putPg(
      'node_modules/pg',
      '7.18.2',
      'module.exports = class Client { query() { return "untouched"; } };',
    );
    const { states, lines, stdout, stderr } = await start(
      "const { Client } = require('pg'); console.log(new Client().query(), Object.getOwnPropertyDescriptor(Client.prototype, 'query').value.toString().length);",
    );
    expect(states.pg).toEqual({ state: 'unsupported', version: '7.18.2' });
    expect(lines).toEqual([
      'retrace: pg 7.18.2 is not supported (needs >=8.0.0 <9); it runs unobserved\n',
    ]);
    expect(stdout).toBe('untouched 31');
    expect(stderr).toBe('');
  });

  it('leaves a package of that name with other contents alone, with one line', async () => {
    putPg(
      'node_modules/pg',
      '8.99.0',
      'module.exports = class Client { query() { return "odd"; } };',
    );
    const { states, lines, stdout } = await start(
      "console.log(new (require('pg').Client)().query());",
    );
    expect(states.pg?.state).toBe('unsupported');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('pg 8.99.0');
    expect(stdout).toBe('odd');
  });

  it('is not taken in by another package with the same file names', async () => {
    put(
      'node_modules/mine/package.json',
      JSON.stringify({ name: 'mine', version: '8.1.0', main: './lib/client.js' }),
    );
    put('node_modules/mine/lib/client.js', 'module.exports = { mine: true };');
    put('router/package.json', '{ "name": 5 }');
    put('router/index.js', 'module.exports = () => 1;');
    const { states, lines } = await start("require('mine'); require('./router');");
    expect(states.pg).toEqual({ state: 'not loaded' });
    expect(states.router).toEqual({ state: 'not loaded' });
    expect(lines).toEqual([]);
  });

  it('attaches nothing that is disabled', async () => {
    const { states, stdout } = await start(
      `${realPg} console.log(pg.Client.prototype.query.toString().includes('guard'), require('node:diagnostics_channel').hasSubscribers('http.server.request.start'));`,
      [],
      { RETRACE_TEST_DISABLED: 'pg,http' },
    );
    expect(states.pg).toEqual({ state: 'disabled' });
    expect(states.http).toEqual({ state: 'disabled' });
    expect(stdout).toBe('false false');
  });

  it('uninstalls without a trace on the classes', async () => {
    const { stdout } = await start(`
      ${realPg}
      const http = require('node:http');
      const look = () => [
        Object.getOwnPropertyDescriptor(http.ClientRequest.prototype, 'destroy').get !== undefined,
        Object.getOwnPropertyDescriptor(http.IncomingMessage.prototype, '_destroy').get !== undefined,
        Object.hasOwn(http.IncomingMessage.prototype, 'push'),
        Object.hasOwn(http.IncomingMessage.prototype, 'destroy'),
        Object.hasOwn(http.Server.prototype, 'emit'),
        Object.hasOwn(require('node:module').prototype, 'loaded'),
        Object.hasOwn(pg.Query.prototype, 'text'),
        require('node:diagnostics_channel').hasSubscribers('undici:request:create'),
        pg.Client.prototype.query.toString().includes('guard'),
      ].join();
      console.log(look());
      globalThis[Symbol.for('retrace.test')].uninstall();
      console.log(look());
    `);
    const [on, off] = stdout.split('\n');
    expect(on).toBe('true,true,true,true,true,true,true,true,true');
    expect(off).toBe('false,false,false,false,false,false,false,false,false');
  });

  it('leaves module objects as they were', async () => {
    const script = `
      const m = require.cache[require.resolve(${JSON.stringify(join(root, 'node_modules/pg/lib/client.js'))})] ?? (require(${JSON.stringify(join(root, 'node_modules/pg'))}), require.cache[${JSON.stringify(join(root, 'node_modules/pg/lib/client.js'))}]);
      console.log(Object.keys(module).join(), Object.keys(m).join(), JSON.stringify(Object.getOwnPropertyDescriptor(m, 'loaded')), module.loaded, m.loaded);
    `;
    const { stdout } = await start(script);
    expect(stdout).toBe(
      'id,path,exports,filename,loaded,children,paths id,path,exports,filename,loaded,children,paths {"value":true,"writable":true,"enumerable":true,"configurable":true} false true',
    );
  });
});
