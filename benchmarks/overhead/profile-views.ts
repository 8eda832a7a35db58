/** Samples of Linux's `perf` and what they add up to, see profile.ts. */

export const SAMPLES_PER_SECOND = 5000;

/** What `perf record` saw of one process while it answered `requests`. */
export interface Profile {
  readonly samples: readonly Sample[];
  readonly requests: number;
}

export interface Sample {
  readonly thread: string;
  /** Innermost first, `name (object)`. */
  readonly frames: readonly string[];
}

const SCRIPT = / \(\/tmp\/perf-\d+\.map\)$/;
const isScript = (frame: string): boolean => SCRIPT.test(frame) && !frame.startsWith('Builtin:');
/** Without the process and V8's tier (~ interpreted, ^ + * compiled). */
const short = (frame: string): string =>
  frame
    .replace(SCRIPT, '')
    .replace(/^(JS:)?[~*^+]?'?/, '')
    .slice(0, 110);

/** What samples can be added up by. */
const VIEWS: Readonly<Record<string, (sample: Sample) => string>> = {
  thread: ({ thread }) => thread,
  group: ({ frames }) => {
    const inner = frames[0] ?? '';
    if (inner.includes('[kernel')) return 'kernel';
    if (isScript(inner)) return 'JavaScript';
    return /Builtins_/.test(inner) ? 'builtin' : inner.replace(/^.* \(([^)]*)\)$/, '$1');
  },
  symbol: ({ thread, frames }) =>
    `${thread === 'main' ? '' : `${thread}: `}${short(frames[0] ?? '?')}`,
  script: ({ thread, frames }) => {
    const frame = frames.find(isScript);
    return `${thread === 'main' ? '' : `${thread}: `}${frame === undefined ? '(none)' : short(frame)}`;
  },
};

/** Reads the text of `perf script -F comm,pid,tid,ip,sym,symoff,dso`; `pid` tells the main thread. */
export function parseSamples(text: string, pid: number): Sample[] {
  const samples: Sample[] = [];
  for (const block of text.split('\n\n')) {
    const [head = '', ...lines] = block.trim().split('\n');
    const ids = /^(.*?)\s+(\d+)\/(\d+)/.exec(head);
    if (ids === null || lines.length === 0) continue;
    const frames = lines.map((line) =>
      line
        .trim()
        .replace(/^[0-9a-f]+ /, '')
        .replace(/\+0x[0-9a-f]+ \(/, ' ('),
    );
    const thread = Number(ids[3]) === pid ? 'main' : (ids[1] ?? '').trim();
    samples.push({ thread, frames });
  }
  return samples;
}

/**
 * µs per request by `name`, the greatest differences first; `rounds` of two profiles each, the bare app's first.
 *
 * @throws Error when there is no such view
 */
export function compareProfiles(
  rounds: readonly (readonly Profile[])[],
  name: string,
  most: number,
): string {
  const view = VIEWS[name];
  if (view === undefined) throw new Error(`no view is called ${name}`);
  const sums = new Map<string, [number, number]>();
  for (const round of rounds) {
    for (const [index, { samples, requests }] of round.entries()) {
      const usPerSample = 1e6 / SAMPLES_PER_SECOND / requests / rounds.length;
      for (const sample of samples) {
        const key = view(sample);
        const sum = sums.get(key) ?? [0, 0];
        sum[index as 0 | 1] += usPerSample;
        sums.set(key, sum);
      }
    }
  }
  const rows = [...sums].sort(([, a], [, b]) => Math.abs(b[1] - b[0]) - Math.abs(a[1] - a[0]));
  const total = [0, 1].map((arm) => rows.reduce((sum, [, us]) => sum + (us[arm] ?? 0), 0));
  const lines = [`by ${name}: ${total.map((us) => us.toFixed(2)).join(' → ')} µs per request`];
  for (const [key, [bare, arm]] of rows.slice(0, most)) {
    const [a, b, added] = [bare, arm, arm - bare].map((us) => us.toFixed(2).padStart(7));
    lines.push(`${added}  ${a} → ${b}  ${key}`);
  }
  return lines.join('\n');
}
