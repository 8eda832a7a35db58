/** `npm run soak:agent`: the agent under random faults for 10 minutes (SOAK_SECONDS, SOAK_SEED). */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ROOT, setupOrExit } from './setup.mjs';

setupOrExit();
const env = {
  SOAK_SECONDS: '600',
  SOAK_SEED: String(Math.floor(Date.now() / 86_400_000)),
  ...process.env,
};
const vitest = path.join(ROOT, 'node_modules/vitest/vitest.mjs');
const child = spawn(
  process.execPath,
  [vitest, 'run', 'test/integration/faults/soak.test.ts', '--disableConsoleIntercept'],
  { cwd: ROOT, env, stdio: 'inherit' },
);
child.on('close', (code) => (process.exitCode = code ?? 1));
