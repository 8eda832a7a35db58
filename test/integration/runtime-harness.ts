import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  decodeMetricsRequest,
  decodeTracesRequest,
  parseHandoverFileName,
  type Signal,
} from '../../src/protocol/index.js';
import type { MetricsRequest, NumberPoint, Span } from '../../src/protocol/types.js';

export const REGISTER = join(import.meta.dirname, '../../dist/src/register.js');
/** Child processes run the compiled output. */
export const built = existsSync(REGISTER);

/**
 * For tests of what an ending process leaves behind: the wait for the worker is bounded, so on a machine with
 * several times more runnable processes than cores an end may lose its last window. Seen at a load of 18 on 2 cores.
 */
export const LAST_TURN = { retry: 2 };

/** What a child process left behind. */
export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  /** Without the start block. */
  stderr: string;
  /** The start block, as printed; '' without one. */
  startBlock: string;
}

export interface RunOptions {
  /** File to run, or code for `--input-type`. */
  args: string[];
  retrace?: boolean;
  /** Binary; default the running Node. */
  node?: string;
  env?: Record<string, string>;
  /** Called for each piece of stdout. */
  onStdout?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** A folder with an agent's place in it, and what arrives there by socket or by file. */
export class FakeAgent {
  readonly folder = mkdtempSync(join(tmpdir(), 'retrace-runtime-'));
  readonly socketPath = join(this.folder, 'agent.sock');
  readonly #bySocket = new Map<string, { signal: Signal; body: Buffer }>();
  #server: Server | undefined;
  /** Answers in order; 200 afterwards. */
  answers: number[] = [];
  attempts = 0;

  async listen(silent = false): Promise<void> {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.attempts++;
        if (silent) return;
        const status = this.answers.shift() ?? 200;
        if (status === 200) {
          const body = Buffer.concat(chunks);
          const packed = request.headers['content-encoding'] === 'gzip';
          this.#bySocket.set(String(request.headers['retrace-batch']), {
            signal: request.url === '/v1/traces' ? 'traces' : 'metrics',
            body: packed ? gunzipSync(body) : body,
          });
        }
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => this.#server!.listen(this.socketPath, resolve));
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  async remove(): Promise<void> {
    await this.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Every batch of metrics once, whichever way it came: the agent recognizes repeats by their key. */
  batches(): MetricsRequest[] {
    return this.#bodies('metrics').map((body) => decodeMetricsRequest(body));
  }

  /** Spans of slow requests. */
  spans(): Span[] {
    return this.#bodies('traces').flatMap((body) =>
      decodeTracesRequest(body).resourceSpans.flatMap(({ spans }) => spans),
    );
  }

  #bodies(wanted: Signal): Buffer[] {
    const all = new Map(this.#bySocket);
    const folder = join(this.folder, 'handover');
    if (existsSync(folder)) {
      for (const name of readdirSync(folder)) {
        const parsed = parseHandoverFileName(name);
        if (parsed === undefined) throw new Error(`unexpected file ${name}`);
        const { instanceId, sequence, signal } = parsed;
        all.set(`${instanceId}:${sequence}`, { signal, body: readFileSync(join(folder, name)) });
      }
    }
    return [...all.values()].flatMap(({ signal, body }) => (signal === wanted ? [body] : []));
  }

  get handedOver(): number {
    const folder = join(this.folder, 'handover');
    return existsSync(folder) ? readdirSync(folder).length : 0;
  }

  /** Sum of a metric's points whose attributes contain `where`. */
  total(name: string, where: Record<string, unknown> = {}): number {
    let sum = 0;
    for (const batch of this.batches())
      for (const { resource, metrics } of batch.resourceMetrics)
        for (const metric of metrics)
          for (const point of metric.name === name ? metric.points : []) {
            const attributes = { ...resource, ...point.attributes };
            if (Object.entries(where).every(([key, value]) => attributes[key] === value))
              sum += 'count' in point ? point.count : (point as NumberPoint).value;
          }
    return sum;
  }

  /** Runs a child to its end. */
  async run({ args, node, retrace = true, env = {}, onStdout }: RunOptions): Promise<Outcome> {
    const child = spawn(
      node ?? process.execPath,
      [...(retrace ? ['--require', REGISTER] : []), ...args],
      {
        env: {
          ...cleanEnvironment(),
          RETRACE_AGENT_SOCKET: this.socketPath,
          RETRACE_SERVICE_NAME: 'test-app',
          ...env,
        },
        cwd: this.folder,
      },
    );
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      onStdout?.(text, (signal) => child.kill(signal));
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
      child.on('close', (...end) => resolve(end)),
    );
    const startBlock = /^retrace \d[^\n]*\n(?: {2}[^\n]*\n)+/m.exec(stderr)?.[0] ?? '';
    return { code, signal, stdout, stderr: stderr.replace(startBlock, ''), startBlock };
  }
}

/** The environment without what test runners and users set for Node or for us. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(NODE_|RETRACE_|OTEL_|VITEST|FORCE_COLOR)/.test(name),
    ),
  );
}
