/**
 * `npm test`: set-up, then every test. Arguments go on to vitest (`npm test -- test/unit/ring`).
 * Closes with one plain line of totals, so that a log reader needs no knowledge of vitest.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT, setupOrExit } from './setup.mjs';

setupOrExit();

const reportDir = mkdtempSync(path.join(tmpdir(), 'retrace-test-'));

/** Child processes compared with one another, none by the clock: two at a time halve their four minutes. */
const COMPARED = [
  'contract',
  'matrix',
  'http2',
  'other-apm',
  'hook-points',
  'hook-states',
  'surroundings',
].map((name) => `test/instrumentations/${name}.test.ts`);

/**
 * Whole processes with deadlines of their own (50 ms at an exit) come last and one file at a time: beside a
 * fuzzer on every core they would measure the machine.
 */
const PHASES = [
  [
    '--exclude=test/integration/**',
    '--exclude=test/instrumentations/**',
    '--exclude=test/suites/**',
  ],
  COMPARED,
  [
    'test/integration',
    'test/instrumentations',
    'test/suites',
    ...COMPARED.map((file) => `--exclude=${file}`),
    '--maxWorkers=1',
  ],
];
const asked = process.argv.slice(2);

let child;
// Ctrl-C reaches vitest by itself (same group); a signal sent to us alone must be passed on.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child?.kill(signal));
process.on('SIGINT', () => undefined);

/** Runs vitest once. @returns its exit code and the report, undefined when it died before writing one */
function runVitest(args, name) {
  const reportFile = path.join(reportDir, `${name}.json`);
  child = spawn(
    process.execPath,
    [
      path.join(ROOT, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
      ...args,
    ],
    { cwd: ROOT, stdio: 'inherit' },
  );
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      let report;
      try {
        report = JSON.parse(readFileSync(reportFile, 'utf8'));
      } catch {
        // Said below.
      }
      resolve({ code: signal === null ? code : 1, signal, report });
    });
  });
}

const total = { passed: 0, failed: 0, skipped: 0 };
let exitCode = 0;
for (const [index, args] of (asked.length > 0 ? [asked] : PHASES).entries()) {
  const { code, signal, report } = await runVitest(args, index);
  if (code !== 0) exitCode = code ?? 1;
  if (report === undefined) {
    console.log('a part of the tests ended without a report');
    total.failed += 1;
  } else {
    total.passed += report.numPassedTests;
    total.skipped += report.numPendingTests + (report.numTodoTests ?? 0);
    // A file that could not even be loaded has no tests to fail: count it, or it would go unseen.
    const broken = (file) => file.status === 'failed' && file.assertionResults.length === 0;
    total.failed += report.numFailedTests + report.testResults.filter(broken).length;
  }
  if (signal !== null) break;
}
rmSync(reportDir, { recursive: true, force: true });
if (exitCode === 0 && (total.failed > 0 || total.passed === 0)) exitCode = 1;
console.log(`Tests: ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = exitCode;
