/**
 * Cleans up after a demo that died without saying goodbye (kill -9, out of memory). Its stdin is a pipe from
 * the demo: lines `+<pid>`, `-<pid>` keep the list of process groups, `rm <folder>` names what is to be removed. When the pipe closes, everything still listed goes.
 */
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** Time for a group to end by itself (PostgreSQL, the runtime's last flush) before it is killed. */
const GRACE_MS = 4000;

const groups = new Set();
const folders = new Set();

// A terminal's Ctrl-C is for the demo, which then closes our stdin.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);

function signalAll(signal) {
  for (const pid of groups) {
    try {
      process.kill(-pid, signal);
    } catch {
      groups.delete(pid);
    }
  }
}

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  if (line.startsWith('+')) groups.add(Number(line.slice(1)));
  else if (line.startsWith('-')) groups.delete(Number(line.slice(1)));
  else if (line.startsWith('rm ')) folders.add(line.slice(3));
});
lines.on('close', () => {
  signalAll('SIGTERM');
  const startMs = Date.now();
  const poll = setInterval(() => {
    signalAll(0);
    if (groups.size > 0 && Date.now() - startMs < GRACE_MS) return;
    signalAll('SIGKILL');
    clearInterval(poll);
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }, 50);
});
