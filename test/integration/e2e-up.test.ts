/** `retrace up`, as a user starts it: this machine is a host with real figures within seconds. */
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { HostRow, HostsAnswer } from '../../src/server/api-types.js';
import { ROOT, startNode, type Child } from '../helpers/child.js';
import { until } from '../helpers/until.js';
import { tempDir } from './agent-fixtures.js';

const CLI = path.join(ROOT, 'dist/src/cli/main.js');

describe.runIf(process.platform === 'linux')('retrace up', () => {
  const { dir, clean } = tempDir();
  let up: Child | undefined;
  afterAll(async () => {
    await up?.stop();
    clean();
  });

  it('shows this machine among the hosts', async () => {
    up = startNode([CLI, 'up'], {
      RETRACE_DATA_DIR: path.join(dir, 'data'),
      RETRACE_AGENT_SOCKET: path.join(dir, 'agent.sock'),
      RETRACE_SERVER_PORT: '0',
      RETRACE_DASHBOARD_PORT: '0',
    });
    const link = new URL((await up.match(/dashboard\s+(\S+)/))[1] ?? '');
    const login = await fetch(`${link.origin}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: link.origin },
      body: JSON.stringify({ token: link.hash.slice(1) }),
    });
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
    let host: HostRow | undefined;
    await until('the host is listed', async () => {
      const answer = await fetch(`${link.origin}/api/hosts`, { headers: { cookie } });
      host = ((await answer.json()) as HostsAnswer).hosts[0];
      return host !== undefined;
    });
    expect(host).toMatchObject({ name: os.hostname(), osType: 'linux', cpus: os.cpus().length });
    expect(host?.load?.last).toBeGreaterThanOrEqual(0);
    expect(host?.memoryUsedBytes?.last).toBeGreaterThan(0);
    expect(host?.fullestFileSystem?.usedShare).toBeGreaterThan(0);
    expect(host?.collectors.filter(({ ok }) => !ok)).toEqual([]);
  });
});
