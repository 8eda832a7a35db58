import type { LocalReport } from '../agent/report-types.js';
import { loadAgentConfig } from '../config/load.js';
import { EXIT, fail, failureOf } from './failure.js';
import { askAgent } from './report/ask-agent.js';
import { parseReportArgs, REPORT_HELP, type ReportOptions } from './report/options.js';
import { type Peek, startPeek } from './report/peek.js';
import { renderReport } from './report/render.js';
import { styleFor } from './report/style.js';

const WATCH_MS = 5_000;
/** Longer than any usual export interval; with --watch there is no limit. */
const GIVE_UP_MS = 60_000;
const DEFAULT_COLUMNS = 120;
/** Rows that are fetched: more than a terminal shows, as many as --json may want. */
const MAX_ROWS = 10_000;
const CLEAR = '\u001b[H\u001b[2J\u001b[3J';

/** `retrace report`. Resolves with the exit code. */
export async function runReportCommand(args: string[]): Promise<number> {
  const options = parseReportArgs(args);
  if (options === undefined) {
    return fail('unknown option or value; see: retrace report --help', EXIT.usage);
  }
  if (options.help) {
    process.stdout.write(REPORT_HELP);
    return EXIT.ok;
  }
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  try {
    const { socketPath } = loadAgentConfig();
    const path = `/v1/report?minutes=${options.minutes}&limit=${MAX_ROWS}`;
    const first = await askAgent<LocalReport>(socketPath, path);
    if (first === undefined) return await peek(socketPath, options, stop.signal);
    print(first, options);
    while (options.watch && (await pause(stop.signal))) {
      const next = await askAgent<LocalReport>(socketPath, path);
      if (next === undefined) return fail('the agent has stopped');
      print(next, options);
    }
    return EXIT.ok;
  } catch (error) {
    return failureOf(error, 'retrace report');
  } finally {
    process.removeListener('SIGINT', onSignal);
    process.removeListener('SIGTERM', onSignal);
  }
}

async function peek(
  socketPath: string,
  options: ReportOptions,
  stop: AbortSignal,
): Promise<number> {
  const source = await startPeek(socketPath);
  try {
    say(`no agent answers on ${socketPath}: listening there for a moment`);
    say('waiting for a runtime to report, every 10 s …');
    const settled = await untilSettled(source, options.watch ? Infinity : GIVE_UP_MS, stop);
    if (settled === 'stopped') return EXIT.failed;
    if (settled === 'nothing') {
      say(
        'no runtime reported within 60 s. Is an app running with: node --require retrace/register app.js',
      );
      return fail('its RETRACE_AGENT_SOCKET must be the same as here');
    }
    print(source.report(options.minutes, MAX_ROWS), options);
    while (options.watch && (await pause(stop))) {
      print(source.report(options.minutes, MAX_ROWS), options);
    }
    return EXIT.ok;
  } finally {
    await source.close();
  }
}

async function untilSettled(
  source: Peek,
  giveUpMs: number,
  stop: AbortSignal,
): Promise<'settled' | 'nothing' | 'stopped'> {
  const stopped = new Promise<'stopped'>((resolve) => {
    stop.addEventListener('abort', () => resolve('stopped'));
  });
  const settled = source.settled(giveUpMs).then((any) => (any ? 'settled' : 'nothing'));
  return Promise.race([settled, stopped]);
}

function print(report: LocalReport, options: ReportOptions): void {
  const { stdout } = process;
  if (options.json) {
    stdout.write(`${JSON.stringify(selected(report, options))}\n`);
    return;
  }
  const width = stdout.columns ?? DEFAULT_COLUMNS;
  const text = renderReport(report, { ...options, width, style: styleFor(stdout) });
  stdout.write(options.watch && stdout.isTTY ? CLEAR + text : text);
}

/** What --service and --limit leave of the data. */
function selected(report: LocalReport, { service, limit }: ReportOptions): LocalReport {
  const keep = (name: string): boolean => service === undefined || name === service;
  const services = report.services
    .filter((one) => keep(one.service))
    .map((one) => ({
      ...one,
      endpoints: limited(one.endpoints, limit),
      queries: limited(one.queries, limit),
      webServices: limited(one.webServices, limit),
    }));
  return { ...report, services, losses: report.losses.filter((loss) => keep(loss.service)) };
}

function limited<T extends { rows: unknown[]; omittedRows: number }>(table: T, limit: number): T {
  const rows = table.rows.slice(0, limit);
  return { ...table, rows, omittedRows: table.omittedRows + table.rows.length - rows.length };
}

/** @returns false when stopped. */
function pause(stop: AbortSignal): Promise<boolean> {
  if (stop.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const finish = (goOn: boolean): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', onStop);
      resolve(goOn);
    };
    const onStop = (): void => finish(false);
    const timer = setTimeout(() => finish(true), WATCH_MS);
    stop.addEventListener('abort', onStop);
  });
}

/** Progress goes to stderr, so that `retrace report > file` holds the report alone. */
function say(line: string): void {
  process.stderr.write(`retrace: ${line}\n`);
}
