import { parseArgs } from 'node:util';
import {
  configCheck,
  nodeCheck,
  lastWindowCheck,
  socketCheck,
  spoolCheck,
  uplinkCheck,
} from './doctor/local-checks.js';
import { hooksCheck, runtimeCheck } from './doctor/runtime-checks.js';
import { clockCheck, keyCheck, proxyCheck, tlsCheck } from './doctor/server-checks.js';
import {
  type Check,
  type Examination,
  fail as failed,
  type Finding,
  type State,
} from './doctor/types.js';
import { EXIT, fail } from './failure.js';
import { type Style, styleFor } from './report/style.js';
import { printable } from './report/text-width.js';

const DOCTOR_HELP = `retrace doctor – what stands between this app and its measurements, with one fix for each fault

Usage: retrace doctor [--json]

Run it in the app's folder, with the environment of the app or of the agent (RETRACE_CONFIG_FILE is read, too).
Checks Node.js, configuration, the agent's socket, its uplink and its disk, apps that ended without their last window,
the proxy, the server's certificate, the ingest key, the clock, and that the runtime starts here and which libraries
it will see. Sends no data.

Exit code: 0 nothing failed (there may be warnings), 1 something failed, 2 the configuration cannot be used.
`;

/** In this order: what comes later may need what came before. */
const CHECKS: readonly Check[] = [
  nodeCheck,
  configCheck,
  socketCheck,
  uplinkCheck,
  spoolCheck,
  lastWindowCheck,
  proxyCheck,
  tlsCheck,
  keyCheck,
  clockCheck,
  runtimeCheck,
  hooksCheck,
];

/** A check that takes longer says that it is at work. */
const SLOW_MS = 1000;

interface Result extends Finding {
  check: string;
  durationMs: number;
}

/** `retrace doctor`. Resolves with the exit code. */
export async function runDoctorCommand(args: string[]): Promise<number> {
  const options = parse(args);
  if (options === undefined) return fail('unknown option; see: retrace doctor --help', EXIT.usage);
  if (options.help) {
    process.stdout.write(DOCTOR_HELP);
    return EXIT.ok;
  }
  const examination: Examination = {
    folder: process.cwd(),
    config: undefined,
    agent: undefined,
    connected: false,
    skewMs: undefined,
  };
  const results: Result[] = [];
  const style = styleFor(process.stdout);
  for (const check of CHECKS) {
    const result = await runCheck(check, examination);
    results.push(result);
    if (!options.json) process.stdout.write(lineOf(result, style));
  }
  if (options.json) process.stdout.write(`${JSON.stringify({ checks: results }, null, 2)}\n`);
  const has = (state: State, check?: string): boolean =>
    results.some((one) => one.state === state && (check === undefined || one.check === check));
  if (has('fail', configCheck.name)) return EXIT.usage;
  return has('fail') ? EXIT.failed : EXIT.ok;
}

function parse(args: string[]): { json: boolean; help: boolean } | undefined {
  try {
    const options = {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    } as const;
    return parseArgs({ args, options }).values;
  } catch {
    return undefined;
  }
}

async function runCheck(check: Check, examination: Examination): Promise<Result> {
  const startedMs = performance.now();
  const slow = setInterval(() => {
    process.stderr.write(`retrace: still checking ${check.name} …\n`);
  }, SLOW_MS);
  let late: NodeJS.Timeout | undefined;
  const deadline = new Promise<Finding>((resolve) => {
    late = setTimeout(
      () =>
        resolve(
          failed(
            `no result within ${check.deadlineMs / 1000} s`,
            'try again when this host is less busy',
          ),
        ),
      check.deadlineMs,
    );
  });
  let finding: Finding;
  try {
    finding = await Promise.race([Promise.resolve(check.run(examination)), deadline]);
  } catch (error) {
    // A message could quote anything.
    const { code, name } = error as NodeJS.ErrnoException;
    finding = failed(
      `the check itself failed (${code ?? name})`,
      'run it as a user who may read what it needs',
    );
  } finally {
    clearInterval(slow);
    clearTimeout(late);
  }
  return { check: check.name, ...finding, durationMs: Math.round(performance.now() - startedMs) };
}

function lineOf({ check, state, text, fix }: Result, style: Style): string {
  const mark = {
    ok: style.cyan('ok  '),
    warn: style.yellow('warn'),
    fail: style.red('fail'),
    skip: style.dim('–   '),
  };
  const line = `${mark[state]}  ${check.padEnd(8)} ${printable(text)}\n`;
  return fix === undefined ? line : `${line}      ${''.padEnd(8)} fix: ${printable(fix)}\n`;
}
