import { parseArgs } from 'node:util';

export interface ReportOptions {
  minutes: number;
  service: string | undefined;
  limit: number;
  json: boolean;
  watch: boolean;
}

export const REPORT_HELP = `retrace report – where time went, straight from the apps on this machine

Usage: retrace report [options]

  --minutes <1-60>   how far back (15)
  --service <name>   only this service
  --limit <n>        rows per table (20)
  --json             the data instead of tables
  --watch            again every 5 seconds, until Ctrl-C

Asks the agent; where none runs, listens in its place until the running apps have reported once.
RETRACE_AGENT_SOCKET must be the same as the apps'.
`;

/** @returns undefined when the arguments cannot be used. */
export function parseReportArgs(args: string[]): (ReportOptions & { help: boolean }) | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: {
        minutes: { type: 'string', default: '15' },
        service: { type: 'string' },
        limit: { type: 'string', default: '20' },
        json: { type: 'boolean', default: false },
        watch: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const minutes = integerOf(values.minutes, 60);
    const limit = integerOf(values.limit, 10_000);
    if (minutes === undefined || limit === undefined) return undefined;
    const { service, json, watch, help } = values;
    return { minutes, limit, service, json, watch, help };
  } catch {
    // parseArgs quotes the argument in its message; ours does not.
    return undefined;
  }
}

function integerOf(text: string, max: number): number | undefined {
  const value = Number(text);
  return Number.isInteger(value) && value >= 1 && value <= max ? value : undefined;
}
