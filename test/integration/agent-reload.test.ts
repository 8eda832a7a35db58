import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AgentStatus, type RunningAgent, startAgent } from '../../src/agent/index.js';
import { ConfigError } from '../../src/config/load.js';
import {
  agentConfig,
  ask,
  type Authority,
  createAuthority,
  send,
  simpleBatch,
  tempDir,
  TestServer,
  until,
  writeCa,
} from './agent-fixtures.js';

const MAIN = join(__dirname, '../../dist/src/cli/main.js');

let authority: Authority;
let dir: string;
let clean: () => void;
const servers: TestServer[] = [];
const agents: RunningAgent[] = [];
let child: ChildProcess | undefined;

beforeAll(async () => {
  authority = await createAuthority();
});
beforeEach(() => {
  ({ dir, clean } = tempDir());
});
afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.close()));
  if (child?.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  child = undefined;
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  clean();
});

async function serverWith(more: object = {}): Promise<TestServer> {
  const tls = { ...(await authority.issue(['localhost'])), ...more };
  const server = new TestServer(tls);
  await server.start();
  servers.push(server);
  return server;
}

describe('SIGHUP', () => {
  it('takes over address and key without losing anything, and keeps the old way when the new one is bad', async () => {
    const [first, second] = [await serverWith(), await serverWith()];
    const keyFile = join(dir, 'key');
    const configFile = join(dir, 'agent.env');
    const configure = (url: string, key: string): void => {
      writeFileSync(keyFile, `${key}\n`);
      writeFileSync(
        configFile,
        [
          '# the way to the server',
          `RETRACE_SERVER_URL=${url}`,
          `RETRACE_INGEST_KEY_FILE=${keyFile}`,
          `RETRACE_CA_FILE="${writeCa(dir, authority)}"`,
        ].join('\n'),
      );
    };
    configure(first.url, 'key_one');
    const socketPath = join(dir, 'run', 'agent.sock');
    let output = '';
    child = spawn(process.execPath, [MAIN, 'agent'], {
      env: { RETRACE_AGENT_SOCKET: socketPath, RETRACE_CONFIG_FILE: configFile },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await until(() => output.includes('listens on'), 'the agent listens');

    await send(socketPath, simpleBatch(2), 'i-1:1');
    await until(() => first.records() === 2, 'the first server has the batch');
    expect(first.taken[0]?.authorization).toBe('Bearer key_one');

    // Away: what comes now waits in the spool, and the pause between attempts grows.
    await first.stop();
    await send(socketPath, simpleBatch(3), 'i-1:2');
    configure('http://localhost:1', 'key_two');
    child.kill('SIGHUP');
    await until(() => output.includes('configuration not changed: RETRACE_SERVER_URL'), 'refused');
    const reply = await ask(socketPath, { method: 'GET', path: '/v1/status' });
    const { reloads, server } = JSON.parse(reply.text) as AgentStatus;
    expect(server?.address).toBe(new URL(first.url).host);
    expect(reloads.count).toBe(0);

    configure(second.url, 'key_two');
    child.kill('SIGHUP');
    await until(() => second.records() === 3, 'the second server has what waited');
    expect(second.taken[0]?.authorization).toBe('Bearer key_two');
    expect(output).toContain('configuration read again');
    expect(output).not.toContain('key_two');
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(child.exitCode).toBe(0);
  });

  it('names what only a restart changes, and refuses to forget the server', async () => {
    const server = await serverWith();
    const config = agentConfig(dir, {
      serverUrl: server.url,
      ingestKey: 'k',
      caFile: writeCa(dir, authority),
    });
    const agent = await startAgent(config, { write: () => undefined });
    agents.push(agent);
    expect(agent.reload({ ...config, spoolMaxBytes: 1, otlpPort: 4318 })).toEqual([
      'RETRACE_OTLP_PORT',
      'RETRACE_SPOOL_MAX_BYTES',
    ]);
    expect(() => agent.reload({ ...config, serverUrl: undefined })).toThrow(ConfigError);
    expect(() => agent.reload({ ...config, caFile: join(dir, 'gone.pem') })).toThrow(
      /RETRACE_CA_FILE: cannot be read \(ENOENT\)/,
    );
    expect(agent.status().reloads).toMatchObject({ count: 3, lastProblem: 'RETRACE_CA_FILE' });
    await send(agent.socketPath, simpleBatch(4));
    await until(() => server.records() === 4, 'it goes on as before');
  });

  it('starts to send when a server is named for the first time', async () => {
    const config = agentConfig(dir);
    const agent = await startAgent(config, { write: () => undefined });
    agents.push(agent);
    await send(agent.socketPath, simpleBatch(1));
    expect(agent.status().mode).toBe('local');
    const server = await serverWith();
    agent.reload({
      ...config,
      serverUrl: server.url,
      ingestKey: 'k',
      caFile: writeCa(dir, authority),
    });
    await until(() => server.records() === 1, 'what was kept is sent');
    expect(agent.status().mode).toBe('server');
  });
});

describe('client certificate', () => {
  it('is shown to a server that asks, renewed by a reload, and needed there', async () => {
    const clients = await createAuthority('Clients');
    const server = await serverWith({
      requestCert: true,
      rejectUnauthorized: true,
      ca: clients.pem,
    });
    const config = agentConfig(dir, {
      serverUrl: server.url,
      ingestKey: 'k',
      caFile: writeCa(dir, authority),
    });
    const agent = await startAgent(config, {
      write: () => undefined,
      retry: { firstMs: 20, maxMs: 50 },
    });
    agents.push(agent);
    await send(agent.socketPath, simpleBatch(5));
    await until(() => agent.status().uplink.consecutiveFailures > 0, 'refused without it');
    expect(server.requests).toBe(0);

    const own = await clients.issue(['agent-7']);
    const other = await clients.issue(['agent-8']);
    const clientCertFile = join(dir, 'own.pem');
    const clientKeyFile = join(dir, 'own.key');
    writeFileSync(clientCertFile, own.cert);
    writeFileSync(clientKeyFile, other.key);
    const withOwn = { ...config, clientCertFile, clientKeyFile };
    expect(() => agent.reload(withOwn)).toThrow(/RETRACE_CLIENT_CERT_FILE: certificate and key/);
    writeFileSync(clientKeyFile, own.key);
    expect(agent.reload(withOwn)).toEqual([]);
    await until(() => server.records() === 5, 'taken with it');
    expect(agent.status().server?.clientCertificate).toBe(true);
  });
});
