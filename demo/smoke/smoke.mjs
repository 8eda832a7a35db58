import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { withProcesses } from '../lib/session.mjs';
import { createWorld, startShop, startSurroundings } from '../lib/shop.mjs';
import { Generator } from '../traffic/generator.mjs';
import { Api, countRequests, readReports } from './api.mjs';
import { differences, expectedRows, reportedRows } from './compare.mjs';
import { DiskRecorder } from './disk.mjs';
import { RecordedPlatform } from './platform.mjs';
import { searchAll } from './search.mjs';
import { showComparison, showSearch } from './show.mjs';
import { until } from './until.mjs';

const CONCURRENCY = 8;
/** A window of 10 s and the way to the report. */
const VISIBLE_MS = 20_000;

const startMs = Date.now();
const log = (line) =>
  process.stdout.write(`  ${((Date.now() - startMs) / 1000).toFixed(1).padStart(5)} s  ${line}\n`);

/** A short run with a checked result: 0 only if every count is equal and no planted secret is found. */
export function run({ seed, sabotage }) {
  return withProcesses(async (processes) => {
    process.stdout.write('Retrace demo, smoke run\n');
    const fromMs = Date.now() - 60_000;
    const dir = mkdtempSync(path.join(realpathSync(tmpdir()), 'retrace-'));
    processes.addFolder(dir);
    const world = createWorld(seed);
    const disk = new DiskRecorder();
    const platform = new RecordedPlatform(processes, dir);
    const [surroundings] = await Promise.all([
      startSurroundings(processes, world, log),
      platform.start(),
    ]);
    log('server and agent, each behind a recorder');
    const { shop, port } = await startShop(processes, {
      ...surroundings.env,
      RETRACE_AGENT_SOCKET: platform.runtimeSocket,
    });
    log('shop, with --require retrace/register');

    const generator = new Generator(port, world);
    const { truth } = generator;
    truth.addOutside('migrations');
    const api = new Api(platform.loginLink);
    await api.logIn();

    await generator.playDeck(2, CONCURRENCY);
    const trafficEndMs = Date.now();
    log(`${truth.requests} requests sent`);
    await until(
      'the requests show in the report',
      async () => (await countRequests(api, 'shop', fromMs)) >= truth.requests,
      VISIBLE_MS,
    );
    log(
      `they show in the report, ${((Date.now() - trafficEndMs) / 1000).toFixed(1)} s after the last one`,
    );

    // Both ways closed: the shop must not notice, and nothing may be lost.
    await platform.stopAgent();
    await platform.runtimeTee.close();
    await platform.uplink.close();
    log('agent stopped, server out of reach');
    await generator.playDeck(1, CONCURRENCY);
    await generator.stop();
    const witnesses = await askWitnesses(surroundings.services);
    const end = await processes.stop(shop);
    log(`${truth.requests} requests sent; shop stopped with SIGTERM, exit code ${end.code}`);
    disk.snapshot('hand-over files', path.join(platform.runDir, 'handover'));
    await platform.startAgent();
    await until(
      'the agent has spooled what the shop handed over',
      () =>
        disk.snapshot('hand-over files', path.join(platform.runDir, 'handover')) === 0 &&
        disk.snapshot('spool', platform.spoolDir) > 0,
    );
    log('agent back, what the shop left behind is spooled');
    await platform.uplink.open();
    await until(
      'everything shows in the report',
      async () => (await countRequests(api, 'shop', fromMs)) >= truth.requests,
      VISIBLE_MS,
    ).catch((error) => log(error.message));
    disk.snapshot('spool', platform.spoolDir);
    disk.snapshot('databases and keys', platform.dataDir);
    // Its last words: whatever it still held is at the server now, so nothing can be counted later.
    await platform.stopAgent();
    if (sabotage === 'leak') await leak(processes, world.secrets);
    const reports = await readReports(api, 'shop', fromMs);
    await processes.stop(platform.server);
    disk.snapshot('databases and keys', platform.dataDir);

    if (sabotage === 'count') truth.endpoints.get('GET /health').calls += 1;
    const expected = expectedRows(truth, surroundings.ports);
    const reported = reportedRows(reports);
    const different = differences(expected, reported);
    const problems = [
      ...truth.surprises.map((what) => `the shop did not answer as written down: ${what}`),
      ...reports.losses.map(({ reason, records }) => `${records} records lost (${reason})`),
      ...witnessProblems(truth, witnesses),
      ...shopProblems(shop, end),
    ];
    showComparison(expected, reported, different);
    const text = (bytes) => ({ bytes: Buffer.from(bytes) });
    const { results, needles } = searchAll(
      [
        {
          name: 'sent by the runtime (decompressed)',
          parts: platform.runtimeTee.recorded.map(text),
        },
        { name: 'hand-over files of the runtime', parts: disk.contents('hand-over files') },
        { name: 'spool of the agent', parts: disk.contents('spool') },
        {
          name: 'sent by the agent (TLS ended, decompressed)',
          parts: platform.uplink.recorded.map(text),
        },
        { name: 'databases, keys and certificates', parts: disk.contents('databases and keys') },
        { name: 'answers of the report API', parts: api.answers.map(text) },
        {
          name: 'stdout and stderr of every process',
          parts: processes.started
            .filter(({ name }) => name !== 'PostgreSQL')
            .map(({ output }) => text(output)),
        },
      ],
      world.secrets,
    );
    showSearch(results, world.secrets, needles);
    for (const problem of problems) process.stdout.write(`  ✗ ${problem}\n`);
    const good =
      different.length === 0 &&
      problems.length === 0 &&
      results.every(({ finding }) => finding === undefined);
    log(good ? 'smoke run passed' : 'smoke run FAILED');
    return good ? 0 : 1;
  });
}

/** A real leak for the test of this test: five characters of a planted value, in hex, in one process's output. */
async function leak(processes, secrets) {
  const piece = Buffer.from(secrets.tokens[7].slice(4, 9)).toString('hex');
  const gossip = processes.startNode('gossip', [
    '-e',
    `console.error('debug', '${piece}'); setInterval(() => 0, 1000)`,
  ]);
  await gossip.match(/debug/);
  await processes.stop(gossip);
}

/** What payment and shipping counted themselves. */
async function askWitnesses(services) {
  const counts = {};
  for (const service of services) {
    service.child.send('seen');
    Object.assign(counts, await service.message('seen'));
  }
  return counts;
}

function witnessProblems(truth, seen) {
  const total = (prefix) =>
    Object.entries(seen).reduce(
      (sum, [key, calls]) => (key.startsWith(prefix) ? sum + calls : sum),
      0,
    );
  const routes = {
    charge: 'POST /v1/charges',
    payment: 'GET /v1/payments',
    label: 'POST /v2/labels',
    rates: 'GET /v2/rates',
  };
  return Object.entries(routes)
    .filter(([key, prefix]) => total(prefix) !== truth.calls.get(key)?.calls)
    .map(
      ([key, prefix]) =>
        `${prefix}: the service saw ${total(prefix)} calls, the traffic meant ${truth.calls.get(key)?.calls}`,
    );
}

/** The shop must not have noticed: its exit code, and at most one line beyond Retrace's start block. */
function shopProblems(shop, end) {
  const problems = [];
  if (end.code !== 0) problems.push(`the shop ended with ${end.signal ?? end.code} instead of 0`);
  const afterBlock = shop.output.split(/literals: never sent[^\n]*\n/)[1];
  if (afterBlock === undefined) problems.push('the start block is missing in the shop’s output');
  else if (afterBlock.split('\n').filter((line) => line !== '').length > 1) {
    problems.push('more than one line in the shop’s output while agent and server were down');
  }
  return problems;
}
