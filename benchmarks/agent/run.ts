/**
 * The agent's cost: CPU and memory of `retrace agent`, pinned to one core, while 100 runtimes deliver 10,000 distinct
 * series every 10 s over its socket and it sends them on over TLS to a real server.
 *
 *   npm run setup && npx tsx benchmarks/agent/run.ts [--runtimes 100] [--series 100] [--seconds 120] [--write]
 *
 * `--write` appends the line to benchmarks/results/agent.md. CPU time is the kernel's for that process (utime + stime),
 * so what shares the machine changes it little; feeder and server run on the other cores.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { AgentStatus } from '../../src/agent/index.js';
import { Runtime } from '../../test/integration/faults/runtime.js';
import { TestPlatform } from '../../test/helpers/platform.js';
import { ask } from '../../test/integration/agent-fixtures.js';

const WINDOW_MS = 10_000;
/** USER_HZ of Linux on every architecture Node runs on. */
const TICKS_PER_SECOND = 100;

const { values } = parseArgs({
  options: {
    runtimes: { type: 'string', default: '100' },
    series: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '120' },
    write: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);

function pin(pid: number, cores: string): void {
  execFileSync('taskset', ['-a', '-p', '-c', cores, String(pid)], { stdio: 'ignore' });
}

/** CPU seconds of a process so far (proc(5), fields 14 and 15 of stat). */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** MB of a line of /proc/<pid>/status. */
function memoryMb(pid: number, name: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
}

function letters(n: number): string {
  return [...String(n)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function main(): Promise<void> {
  const platform = await new TestPlatform().start();
  const status = async (): Promise<AgentStatus> =>
    JSON.parse(
      (await ask(platform.socketPath, { method: 'GET', path: '/v1/status' })).text,
    ) as AgentStatus;
  const { pid } = await status();
  const others = availableParallelism() > 1 ? `1-${availableParallelism() - 1}` : '0';
  pin(process.pid, others);
  pin(pid, '0');

  const runtimes = Array.from(
    { length: Number(values.runtimes) },
    (_, i) => new Runtime(platform.socketPath, `service-${letters(i)}`),
  );
  // As processes that started at different times: spread over the window. Requests and calls are two of the series.
  const feeds = runtimes
    .map((runtime, i) => {
      const deliver = (): void =>
        void runtime.window({ queries: Number(values.series) - 2, samples: 20 });
      const first = setTimeout(deliver, (i * WINDOW_MS) / runtimes.length);
      const rest = setTimeout(
        () => feeds.push(setInterval(deliver, WINDOW_MS)),
        (i * WINDOW_MS) / runtimes.length,
      );
      return [first, rest];
    })
    .flat() as NodeJS.Timeout[];

  // Start-up and compilation are paid once.
  await pause(2 * WINDOW_MS);
  const before = { cpu: cpuSeconds(pid), atMs: performance.now(), status: await status() };
  await pause(seconds * 1000);
  const elapsed = (performance.now() - before.atMs) / 1000;
  const cpu = (100 * (cpuSeconds(pid) - before.cpu)) / elapsed;
  const after = await status();
  for (const feed of feeds) clearTimeout(feed);
  const received = after.counts.received.batches - before.status.counts.received.batches;
  const sentKb = (after.uplink.sentBytes - before.status.uplink.sentBytes) / 1024 / (elapsed / 10);
  const line =
    `| ${new Date().toISOString().slice(0, 10)} | ${runtimes.length} × ${values.series} | ${elapsed.toFixed(0)} s | ` +
    `${cpu.toFixed(1)} % | ${memoryMb(pid, 'VmRSS').toFixed(0)} (most ${memoryMb(pid, 'VmHWM').toFixed(0)}) | ` +
    `${received} | ${after.counts.spooled.batches} | ${sentKb.toFixed(0)} | ${Object.keys(after.counts.dropped).length} | ` +
    `${cpus()[0]?.model ?? '?'} × ${cpus().length}, Node ${process.versions.node} |`;
  console.log(line);
  if (values.write) appendFileSync('benchmarks/results/agent.md', `${line}\n`);
  for (const runtime of runtimes) runtime.close();
  await platform.close();
}

void main();
