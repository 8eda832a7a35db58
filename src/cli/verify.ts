import { parseArgs } from 'node:util';
import type { AgentStatus } from '../agent/index.js';
import { loadAgentConfig } from '../config/load.js';
import { describeWay } from '../transport/describe-way.js';
import { EXIT, fail, failureOf } from './failure.js';
import { askAgent } from './report/ask-agent.js';
import { styleFor } from './report/style.js';
import { renderVerified, type Verified } from './verify/render.js';
import { listenInPlace, type Source, tapAgent } from './verify/source.js';
import { addPayload, emptyTally } from './verify/tally.js';

const VERIFY_HELP = `retrace verify – exactly what leaves this host, field by field

Usage: retrace verify [--seconds <1-600>] [--json]

Watches the running agent for a minute (or as stated), decodes the very bytes that it sends, and lists every field with
every value. Where no agent runs, listens in its place: windows stay with their apps. Ctrl-C ends it early, with the list.
RETRACE_AGENT_SOCKET must be the agent's.
`;

const TURN_MS = 1000;
const PROGRESS_MS = 10_000;

/** `retrace verify`. Resolves with the exit code. */
export async function runVerifyCommand(args: string[]): Promise<number> {
  const options = parse(args);
  if (options === undefined)
    return fail('unknown option or value; see: retrace verify --help', EXIT.usage);
  if (options.help) {
    process.stdout.write(VERIFY_HELP);
    return EXIT.ok;
  }
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  let source: Source | undefined;
  try {
    const config = loadAgentConfig();
    const { socketPath, serverUrl } = config;
    source = (await tapAgent(socketPath)) ?? (await listenInPlace(socketPath));
    const byAgent = source.kind === 'agent';
    say(
      byAgent
        ? `watching the agent for ${options.seconds} s …`
        : `no agent answers on ${socketPath}: listening there for ${options.seconds} s …`,
    );
    const destination = byAgent
      ? (await askAgent<AgentStatus>(socketPath, '/v1/status'))?.server
      : serverUrl === undefined
        ? undefined
        : {
            ...describeWay({ ...config, serverUrl }),
            clientCertificate: config.clientCertFile !== undefined,
          };
    const verified = await watch(source, options.seconds, stop.signal);
    const result: Verified = { ...verified, source: source.kind, destination };
    if (options.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    else process.stdout.write(renderVerified(result, styleFor(process.stdout)));
    return EXIT.ok;
  } catch (error) {
    return failureOf(error, 'retrace verify');
  } finally {
    process.removeListener('SIGINT', onSignal);
    process.removeListener('SIGTERM', onSignal);
    await source?.close();
  }
}

async function watch(
  source: Source,
  seconds: number,
  stop: AbortSignal,
): Promise<Pick<Verified, 'seconds' | 'missed' | 'sent'>> {
  const sent = emptyTally();
  const startMs = performance.now();
  const elapsedMs = (): number => performance.now() - startMs;
  let missed = 0;
  let saidMs = 0;
  while (elapsedMs() < seconds * 1000 && !stop.aborted) {
    await pause(Math.min(TURN_MS, seconds * 1000 - elapsedMs()), stop);
    const next = await source.take();
    missed += next.missed;
    for (const { payload, signal } of next.batches) addPayload(sent, payload, signal);
    if (elapsedMs() - saidMs >= PROGRESS_MS) {
      saidMs = elapsedMs();
      say(`${Math.round(saidMs / 1000)} of ${seconds} s, ${sent.batches} batches so far`);
    }
  }
  return { seconds: Math.max(1, Math.round(elapsedMs() / 1000)), missed, sent };
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, Math.max(0, ms));
    function done(): void {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    }
    stop.addEventListener('abort', done);
  });
}

function parse(args: string[]): { seconds: number; json: boolean; help: boolean } | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: {
        seconds: { type: 'string', default: '60' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const seconds = Number(values.seconds);
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > 600) return undefined;
    return { seconds, json: values.json, help: values.help };
  } catch {
    return undefined;
  }
}

/** Progress goes to stderr, so that `retrace verify > file` holds the list alone. */
function say(line: string): void {
  process.stderr.write(`retrace: ${line}\n`);
}
