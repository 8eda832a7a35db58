/**
 * Server and agent as on two machines, with a recorder in front of each: `retrace up` joins both in one process,
 * between whose halves nobody could listen.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../lib/processes.mjs';
import { createCertificate } from './certificate.mjs';
import { Tee } from './tee.mjs';
import { until } from './until.mjs';

const CLI = path.join(ROOT, 'dist/src/cli/main.js');

export class RecordedPlatform {
  #processes;
  #uplinkEnv;

  /** @param {string} dir short and private */
  constructor(processes, dir) {
    this.#processes = processes;
    this.dir = dir;
    this.dataDir = path.join(dir, 'data');
    this.runDir = path.join(dir, 'run');
    this.spoolDir = path.join(dir, 'spool');
    /** The agent listens here; runtimes are told the recorder's socket beside it. */
    this.agentSocket = path.join(this.runDir, 'agent.sock');
    this.runtimeSocket = path.join(this.runDir, 'tee.sock');
  }

  async start() {
    mkdirSync(this.runDir, { mode: 0o700 });
    await this.#startServer();
    const { key, cert } = await createCertificate();
    const caFile = path.join(this.dir, 'recorder-ca.pem');
    writeFileSync(caFile, cert);
    this.uplink = await new Tee({
      listenAt: 0,
      tls: { key, cert },
      upstream: this.serverAddress,
    }).open();
    this.#uplinkEnv = {
      RETRACE_SERVER_URL: `https://127.0.0.1:${this.uplink.port}`,
      RETRACE_CA_FILE: caFile,
      RETRACE_INGEST_KEY: this.ingestKey,
    };
    this.runtimeTee = await new Tee({
      listenAt: this.runtimeSocket,
      upstream: { socketPath: this.agentSocket },
    }).open();
    this.#processes.addCleanup(async () => {
      await Promise.all([this.uplink.close(), this.runtimeTee.close()]);
    });
    await this.startAgent();
  }

  async #startServer() {
    this.server = this.#processes.startNode('retrace server', [CLI, 'server'], {
      cwd: ROOT,
      env: {
        RETRACE_DATA_DIR: this.dataDir,
        RETRACE_SERVER_PORT: '0',
        RETRACE_DASHBOARD_PORT: '0',
      },
    });
    const line = async (pattern) => (await this.server.match(pattern))[1];
    const address = new URL(await line(/^retrace server\s+(https:\S+)$/m));
    const caFile = await line(/^RETRACE_CA_FILE=(.+)$/m);
    this.serverAddress = {
      host: address.hostname,
      port: Number(address.port),
      ca: readFileSync(caFile),
    };
    this.ingestKey = await line(/^RETRACE_INGEST_KEY=(\S+)$/m);
    this.loginLink = await line(/^log in \(once\)\s+(\S+)$/m);
  }

  async startAgent() {
    this.agent = this.#processes.startNode('retrace agent', [CLI, 'agent'], {
      cwd: ROOT,
      env: {
        RETRACE_AGENT_SOCKET: this.agentSocket,
        RETRACE_SPOOL_DIR: this.spoolDir,
        ...this.#uplinkEnv,
      },
    });
    await until('the agent listens', () => existsSync(this.agentSocket));
  }

  stopAgent() {
    return this.#processes.stop(this.agent);
  }
}
