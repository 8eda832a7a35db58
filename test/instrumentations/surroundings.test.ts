/**
 * Where an app runs and what it is made of, with the runtime as it is shipped: TypeScript, cluster, process
 * managers, bundles, versions and permissions that leave us nothing to do but to say so in one line.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeBinary } from '../../scripts/node-versions.mjs';
import { built, FakeAgent, LAST_TURN, REGISTER } from '../integration/runtime-harness.js';
import { root, unavailable } from './harness.js';

const REQUESTS = 'http.server.request.duration';
const CALLS = 'http.client.request.duration';

let agent: FakeAgent;
beforeEach(() => {
  agent = new FakeAgent();
});
afterEach(() => agent.remove());

function put(name: string, content: string): string {
  const file = join(agent.folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

/** A server that calls itself once and ends with exit code 4. */
const APP = `
const server = http.createServer((request, response) => response.end('ok'));
server.listen(0, '127.0.0.1', () =>
  http.get({ port: server.address().port, host: '127.0.0.1', agent: false }, (response) => {
    response.resume().on('end', () => { console.log('done'); process.exitCode = 4; server.close(); });
  }),
);
`;
const CJS = `const http = require('node:http');\n${APP}`;

async function binary(version: string, skip: (reason: string) => never): Promise<string> {
  const found = await nodeBinary(version);
  return 'path' in found ? found.path : skip(unavailable(found.reason));
}

describe.skipIf(!built)('an app in TypeScript', LAST_TURN, () => {
  const typed = `import http from 'node:http';\nimport type { AddressInfo } from 'node:net';\n${APP.replace(
    'server.address()',
    '(server.address() as AddressInfo)',
  )}`;

  it('by type stripping', async ({ skip }) => {
    const node = await binary('24', skip);
    const run = await agent.run({ node, args: [put('app.mts', typed)] });
    expect({ ...run, startBlock: '' }).toMatchObject({ code: 4, stdout: 'done\n', stderr: '' });
    expect([agent.total(REQUESTS), agent.total(CALLS)]).toEqual([1, 1]);
  });

  it('by tsx', async () => {
    const tsx = join(root, 'node_modules/tsx/dist/loader.mjs');
    const run = await agent.run({ args: ['--import', tsx, put('app.mts', typed)] });
    expect(run).toMatchObject({ code: 4, stdout: 'done\n', stderr: '' });
    expect([agent.total(REQUESTS), agent.total(CALLS)]).toEqual([1, 1]);
  });
});

describe.skipIf(!built)('several processes', LAST_TURN, () => {
  it('cluster: each worker counts its own, by a preload in NODE_OPTIONS', async () => {
    const file = put(
      'cluster.cjs',
      `const cluster = require('node:cluster');
       const http = require('node:http');
       if (cluster.isPrimary) {
         let left = 2;
         cluster.on('exit', (worker, code) => { if (--left === 0) console.log('exits', code); });
         const ready = new Set();
         const workers = [cluster.fork(), cluster.fork()];
         cluster.on('listening', async (worker, { port }) => {
           ready.add(worker.id);
           if (ready.size < 2) return;
           let answered = 0;
           for (let asked = 0; asked < 6; asked++) {
             http.get({ port, host: '127.0.0.1', agent: false }, (response) => {
               response.resume().on('end', () => { if (++answered === 6) workers.forEach((one) => one.send('end')); });
             });
           }
         });
       } else {
         const server = http.createServer((request, response) => response.end('ok')).listen(0, '127.0.0.1');
         process.on('message', () => { server.close(); process.disconnect(); });
       }`,
    );
    const run = await agent.run({
      retrace: false,
      args: [file],
      env: { NODE_OPTIONS: `--require ${REGISTER}`, RETRACE_LOG_LEVEL: 'warn' },
    });
    expect(run).toMatchObject({ code: 0, stdout: 'exits 0\n', stderr: '' });
    expect([agent.total(REQUESTS), agent.total(CALLS)]).toEqual([6, 6]);
    const pids = agent
      .batches()
      .flatMap(({ resourceMetrics }) =>
        resourceMetrics.map(({ resource }) => resource['process.pid']),
      );
    expect(new Set(pids).size).toBe(3);
  });

  it('a process manager: the app’s script and environment come after the preload', async () => {
    put('shop/package.json', '{ "name": "shop", "version": "3.2.1" }');
    const script = put('shop/server.cjs', CJS);
    // As PM2's fork container does it: the container is the main module, sets the app's environment and
    // its arguments, and runs the app's script as if it were the main one.
    const container = put(
      'pm2/container.cjs',
      `Object.assign(process.env, { SHOP: 'open', pm_exec_path: ${JSON.stringify(script)} });
       process.argv[1] = process.env.pm_exec_path;
       process.chdir(require('node:path').dirname(process.env.pm_exec_path));
       require('node:module')._load(process.env.pm_exec_path, null, true);`,
    );
    const run = await agent.run({
      retrace: false,
      args: [container],
      env: {
        NODE_OPTIONS: `--require ${REGISTER}`,
        RETRACE_SERVICE_NAME: '',
        pm_exec_path: script,
      },
    });
    expect(run).toMatchObject({ code: 4, stdout: 'done\n', stderr: '' });
    expect([agent.total(REQUESTS), agent.total(CALLS)]).toEqual([1, 1]);
    expect(run.startBlock).toContain('service: shop 3.2.1');
    expect(agent.total(REQUESTS, { 'service.name': 'shop' })).toBe(1);
  });
});

describe.skipIf(!built)('a bundled app', LAST_TURN, () => {
  it('is seen by Node’s own modules; the start block says which libraries are not', async () => {
    symlinkSync(join(root, 'node_modules'), join(agent.folder, 'node_modules'));
    put(
      'source.cjs',
      `const express = require('express');
       const { Client } = require('pg');
       const app = express();
       app.get('/items/:id', (request, response) => response.end(typeof Client));
       const http = require('node:http');
       ${APP.replace(
         "http.createServer((request, response) => response.end('ok'))",
         'http.createServer(app)',
       ).replace('agent: false }', "agent: false, path: '/items/7' }")}`,
    );
    const bundle = join(agent.folder, 'bundle.cjs');
    execFileSync(join(root, 'node_modules/.bin/esbuild'), [
      join(agent.folder, 'source.cjs'),
      '--bundle',
      '--platform=node',
      '--external:pg-native',
      '--log-level=error',
      `--outfile=${bundle}`,
    ]);
    const run = await agent.run({ args: [bundle] });
    expect(run).toMatchObject({ code: 4, stdout: 'done\n', stderr: '' });
    expect([agent.total(REQUESTS), agent.total(CALLS)]).toEqual([1, 1]);
    expect(run.startBlock).toContain('express (not loaded)');
    expect(run.startBlock).toContain('pg (not loaded)');
  });
});

describe.skipIf(!built)('one line, and the app runs', () => {
  it('Node 18', async ({ skip }) => {
    const node = await binary('18', skip);
    const run = await agent.run({ node, args: [put('app.cjs', CJS)] });
    expect(run).toMatchObject({ code: 4, stdout: 'done\n', startBlock: '' });
    expect(run.stderr).toMatch(
      /^retrace: Node\.js 18\.\d+\.\d+ is not supported \(needs 20\.19 or later\); the app runs unobserved\n$/,
    );
    expect(agent.handedOver).toBe(0);
  });

  it.for([
    ['20', '--experimental-permission'],
    ['24', '--permission'],
  ] as const)('Node %s without permission for threads', async ([version, flag], { skip }) => {
    const node = await binary(version, skip);
    const run = await agent.run({
      node,
      args: ['--no-warnings', flag, '--allow-fs-read=*', put('app.cjs', CJS)],
    });
    expect(run).toMatchObject({ code: 4, stdout: 'done\n' });
    expect(run.stderr).toBe(
      'retrace: worker thread could not start (ERR_ACCESS_DENIED; Node.js needs --allow-worker for it); nothing is measured from here on, the app is unaffected\n',
    );
  });

  it('libraries out of range', async () => {
    const layer = 'module.exports = function Layer() {};';
    put('node_modules/express/package.json', '{ "name": "express", "version": "3.21.2" }');
    put('node_modules/express/lib/router/layer.js', layer);
    put('node_modules/pg/package.json', '{ "name": "pg", "version": "7.18.2" }');
    put('node_modules/pg/lib/client.js', 'module.exports = class Client {};');
    const file = put(
      'app.cjs',
      `require('express/lib/router/layer.js'); require('pg/lib/client.js');\n${CJS}`,
    );
    const run = await agent.run({ args: [file] });
    expect(run).toMatchObject({ code: 4, stdout: 'done\n' });
    expect(run.stderr.trimEnd().split('\n')).toEqual([
      'retrace: express 3.21.2 is not supported (needs >=4.16.0 <6); it runs unobserved',
      'retrace: pg 7.18.2 is not supported (needs >=8.0.0 <9); it runs unobserved',
    ]);
    expect(run.startBlock).toContain('express 3.21.2 (unsupported)');
    expect(agent.total(REQUESTS)).toBe(1);
  });
});
