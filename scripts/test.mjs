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
const reportFile = path.join(reportDir, 'report.json');
const child = spawn(
  process.execPath,
  [
    path.join(ROOT, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
    ...process.argv.slice(2),
  ],
  { cwd: ROOT, stdio: 'inherit' },
);
// Ctrl-C reaches vitest by itself (same group); a signal sent to us alone must be passed on.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
process.on('SIGINT', () => undefined);

child.on('close', (code, signal) => {
  let line = 'Tests: no report was written';
  let failed = true;
  try {
    const report = JSON.parse(readFileSync(reportFile, 'utf8'));
    const skipped = report.numPendingTests + (report.numTodoTests ?? 0);
    // A file that could not even be loaded has no tests to fail: count it, or it would go unseen.
    const brokenFiles = report.testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    ).length;
    const failures = report.numFailedTests + brokenFiles;
    failed = failures > 0 || report.numPassedTests === 0;
    line = `Tests: ${report.numPassedTests} passed, ${failures} failed, ${skipped} skipped`;
  } catch {
    // vitest died before its report; the line above says so.
  }
  rmSync(reportDir, { recursive: true, force: true });
  console.log(line);
  process.exitCode = signal !== null ? 1 : failed && code === 0 ? 1 : (code ?? 1);
});
