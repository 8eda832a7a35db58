import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { HandoverPickup } from '../../src/agent/handover.js';
import { until } from '../helpers/until.js';

const ROOT = join(import.meta.dirname, '..', '..');
/** Users and a group that no machine has. */
const SHOP = 54_321;
const STRANGER = 54_322;
const GROUP = 54_320;
const isRoot = process.getuid?.() === 0;

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

/** The folder of a socket whose agent (this process) lets a group in, as systemd's RuntimeDirectoryMode=0750 makes it. */
function socketFolder(mode: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'retrace-users-'));
  cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
  chownSync(folder, 0, GROUP);
  chmodSync(folder, mode);
  return folder;
}

/** What an app of another user does in its last turn; its umask leaves nothing to anybody else. */
function leave(folder: string, uid: number, gid: number): string {
  const script = `
    process.umask(0o077);
    const { writeHandover } = require('./dist/src/transport/handover.js');
    const batch = { sequence: 1, body: Buffer.from('window of ' + process.getuid()) };
    console.log(writeHandover(${JSON.stringify(join(folder, 'agent.sock'))}, 'app-' + process.getuid(), [batch]));`;
  const run = spawnSync(process.execPath, ['-e', script], {
    cwd: ROOT,
    uid,
    gid,
    encoding: 'utf8',
  });
  return run.stdout.trim() || run.stderr;
}

it.runIf(isRoot)(
  'takes the last window of an app of another user in the group of the socket',
  async () => {
    const folder = socketFolder(0o750);
    const taken: string[] = [];
    const pickup = new HandoverPickup(
      folder,
      async (body) => void taken.push(body.toString()),
      (code) => taken.push(code),
    );
    pickup.start();
    cleanUp.push(() => pickup.stop());
    expect(leave(folder, SHOP, GROUP)).toBe('1');
    await until('the window', () => taken.length > 0);
    expect(taken).toEqual([`window of ${SHOP}`]);
    await until('the file to go', () => readdirSync(join(folder, 'handover')).length === 0);
    // This agent is root; an ordinary one reads by the folder's group, whatever the app's umask is.
    await pickup.stop();
    expect(leave(folder, SHOP, GROUP)).toBe('1');
    const { mode, gid } = statSync(join(folder, 'handover', `app-${SHOP}.1.otlp`));
    expect([mode & 0o777, gid]).toEqual([0o640, GROUP]);
    // Sticky: of the group's files each member takes away its own only.
    expect(statSync(join(folder, 'handover')).mode & 0o7777).toBe(0o3770);
    expect(leave(folder, STRANGER, STRANGER)).toBe('0');
  },
);

it.runIf(isRoot)('lets nobody else in where the folder of the socket does not', async () => {
  const folder = socketFolder(0o700);
  const pickup = new HandoverPickup(
    folder,
    async () => undefined,
    () => undefined,
  );
  pickup.start();
  cleanUp.push(() => pickup.stop());
  expect(statSync(join(folder, 'handover')).mode & 0o7777).toBe(0o700);
  expect(leave(folder, SHOP, GROUP)).toBe('0');
});
