import os from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAgent, type RunningAgent } from '../../src/agent/start-agent.js';
import { RESOURCE } from '../../src/core/semconv.js';
import type {
  HostAnswer,
  HostsAnswer,
  PrivacyAnswer,
  ServicesAnswer,
} from '../../src/server/api-types.js';
import { EmbeddedStore } from '../../src/server/store/embedded-store.js';
import { agentConfig, send, simpleBatch, tempDir, until } from './agent-fixtures.js';
import { removeDir, temporaryDir, TestServer } from './server-harness.js';

const DAY_MS = 86_400_000;

/** A real agent that measures this machine often, a real server, and what its API answers. */
describe.runIf(process.platform === 'linux')('host health, from /proc to the API', () => {
  let dataDir: string;
  let agentDir: ReturnType<typeof tempDir>;
  let server: TestServer;
  let agent: RunningAgent;

  beforeAll(async () => {
    dataDir = temporaryDir();
    agentDir = tempDir();
    server = await TestServer.start(dataDir);
    await server.login();
    agent = await startAgent(
      agentConfig(agentDir.dir, {
        serverUrl: server.running.tlsUrl,
        ingestKey: server.running.ingestKey,
        caFile: server.running.caFile,
        disabledCollectors: [],
      }),
      { hostHealthMs: 400, write: () => undefined },
    );
    const resource = {
      [RESOURCE.hostName]: os.hostname(),
      [RESOURCE.processPid]: process.pid,
      [RESOURCE.processRuntimeVersion]: process.versions.node,
    };
    await send(agent.socketPath, simpleBatch(3, { service: 'shop', resource }), 'i-1:1');
  });
  afterAll(async () => {
    await agent.close();
    await server.stop();
    removeDir(dataDir);
    agentDir.clean();
  });

  const hosts = (): Promise<HostsAnswer> => server.json<HostsAnswer>('/api/hosts');
  const detail = async (): Promise<HostAnswer> => {
    const [host] = (await hosts()).hosts;
    return server.json<HostAnswer>(`/api/hosts/${host?.id}`);
  };

  it('lists this machine with real figures', async () => {
    await until(
      async () => {
        const [host] = (await hosts()).hosts;
        return (
          host !== undefined && host.cpuUtilization !== null && host.networkBytesPerSecond !== null
        );
      },
      'second round',
      50_000,
    );
    const { hosts: rows } = await hosts();
    expect(rows).toHaveLength(1);
    const [host] = rows;
    expect(host?.name).toBe(os.hostname());
    expect(host?.osType).toBe('linux');
    expect(host?.agentVersion).toMatch(/^\d+\.\d+\.\d+/);
    expect(host?.cpus).toBe(os.cpus().length);
    // Memory is what the kernel says, to the five digits of an answer.
    expect(Math.abs((host?.memoryTotalBytes ?? 0) / os.totalmem() - 1)).toBeLessThan(1e-4);
    expect(host?.memoryUsedBytes?.last).toBeGreaterThan(0);
    expect(host?.memoryUsedBytes?.last).toBeLessThan(os.totalmem());
    expect(host?.cpuUtilization?.last).toBeGreaterThanOrEqual(0);
    expect(host?.cpuUtilization?.max).toBeLessThanOrEqual(1);
    expect(Math.abs((host?.uptimeSeconds ?? 0) - os.uptime())).toBeLessThan(60);
    expect(host?.fullestFileSystem?.usedShare).toBeGreaterThan(0);
    expect(host?.services).toMatchObject([{ name: 'shop', instances: 1 }]);
    expect(Date.now() - (host?.lastSeenMs ?? 0)).toBeLessThan(20_000);
    expect(host?.collectors.length).toBeGreaterThan(10);
    expect(host?.collectors.filter(({ ok }) => !ok)).toEqual([]);
    for (const { durationMs } of host?.collectors ?? []) expect(durationMs?.max).toBeGreaterThan(0);
  });

  it('tells of one host what it has, over time', async () => {
    await until(
      async () => (await detail()).processes[0]?.cpu !== null,
      'a second look at the process',
      50_000,
    );
    const answer = await detail();
    const lengths = [...answer.cpu, ...answer.load, ...answer.memory].map(
      ({ values }) => values.length,
    );
    expect(new Set(lengths)).toEqual(new Set([answer.timesMs.length]));
    const last = (values: readonly (number | null)[]): number =>
      values.findLast((one) => one !== null) ?? NaN;
    const modes = answer.cpu.reduce((sum, { values }) => sum + last(values), 0);
    expect(modes).toBeCloseTo(1, 3);
    const states = answer.memory.reduce((sum, { values }) => sum + last(values), 0);
    expect(Math.abs(states / os.totalmem() - 1)).toBeLessThan(0.01);
    expect(answer.load.map(({ label }) => label)).toEqual(['1m', '5m', '15m']);
    expect(answer.fileSystems.some(({ mountpoint }) => mountpoint === '/')).toBe(true);
    expect(answer.hardware.logicalCpus).toBe(os.cpus().length);
    expect(answer.hardware.kernelVersion).toMatch(/^\d+\.\d+/);
    const own = answer.processes.find(({ pid }) => pid === process.pid);
    expect(own).toMatchObject({ service: 'shop', pid: process.pid });
    expect(own?.memoryBytes?.last).toBeGreaterThan(10_000_000);
    const services = await server.json<ServicesAnswer>('/api/services');
    // Host health makes no service, and the agent is seen with its version.
    expect(services.services.map(({ name }) => name)).toEqual(['shop']);
    expect(services.agents).toMatchObject([{ hostName: os.hostname() }]);
    expect(services.agents[0]?.version).toBe(answer.host.agentVersion);
    expect(own?.serviceId).toBe(services.services[0]?.id);
    expect(answer.nodeProcesses).toContainEqual({
      pid: process.pid,
      nodeVersion: process.versions.node,
      service: 'shop',
    });
    expect(answer.packagesSeenMs === null).toBe(answer.packages.length === 0);
  });

  it('shows on the privacy page what arrived of the host', async () => {
    const { fields, refusedAttributes } = await server.json<PrivacyAnswer>('/api/privacy');
    expect(refusedAttributes).toBe(0);
    const field = (name: string): (typeof fields)[number] | undefined =>
      fields.find((one) => one.name === name);
    expect(field('cpu.mode')?.distinct).toBe(7);
    expect(field('system.filesystem.mountpoint')?.received).toBeGreaterThan(0);
    expect(field('os.type')?.example).toBe('linux');
    expect(fields.every(({ meaning }) => meaning !== '')).toBe(true);
  });

  it('answers for an unknown host and without a session in words', async () => {
    expect((await server.api('/api/hosts/000000000000000000000000')).status).toBe(404);
    expect((await server.fetch(`${server.dashboardUrl}/api/hosts`)).status).toBe(401);
  });

  it('purges what is past its time, names of people’s machines included', async () => {
    await agent.close();
    const { fields } = await server.json<PrivacyAnswer>('/api/privacy');
    expect(fields.find(({ name }) => name === RESOURCE.hostName)?.distinct).toBeGreaterThan(0);
    await server.stop();
    const store = new EmbeddedStore(dataDir);
    try {
      const tenant = store.tenant(store.control.tenants()[0]?.id ?? '');
      const [host] = await tenant.hosts(0);
      const owner = host?.id ?? 0;
      const retention = { minuteDays: 8, days: 400 };
      const scan = async (kind: 'host' | 'process', bucketSeconds: 60 | 3600): Promise<number> => {
        let count = 0;
        const fromMs = Math.floor((Date.now() - DAY_MS) / DAY_MS) * DAY_MS;
        const range = { fromMs, toMs: fromMs + 3 * DAY_MS, bucketSeconds };
        await tenant.scan({ service: owner, kind, range }, () => (count += 1));
        return count;
      };
      expect(await scan('host', 60)).toBeGreaterThan(0);
      await tenant.maintain(Date.now() + 120_000, retention);
      expect(await scan('host', 3600)).toBeGreaterThan(0);
      // Single processes have minutes only.
      expect(await scan('process', 60)).toBeGreaterThan(0);
      expect(await scan('process', 3600)).toBe(0);
      await tenant.maintain(Date.now() + 9 * DAY_MS, retention);
      expect([await scan('host', 60), await scan('process', 60)]).toEqual([0, 0]);
      expect(await scan('host', 3600)).toBeGreaterThan(0);
      await tenant.maintain(Date.now() + 11 * DAY_MS, retention);
      expect((await tenant.operations(owner, 'process')).size).toBe(0);
      expect((await tenant.operations(owner, 'host')).size).toBeGreaterThan(0);
      await tenant.maintain(Date.now() + 404 * DAY_MS, retention);
      expect(await tenant.hosts(0)).toEqual([]);
      expect(await tenant.hostPackages(owner)).toEqual([]);
      expect(await tenant.hostProcesses(owner, 0)).toEqual([]);
      expect((await tenant.operations(owner, 'host')).size).toBe(0);
    } finally {
      store.close();
    }
    server = await TestServer.start(dataDir);
  });
});
