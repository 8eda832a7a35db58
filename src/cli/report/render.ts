import type { LocalReport, LocalReportRow, LocalServiceReport } from '../../agent/report-types.js';
import type { Style } from './style.js';
import { layoutOf, renderTable } from './table.js';
import { cut, printable } from './text-width.js';
import { formatCount } from './units.js';

export interface RenderOptions {
  /** Only this service; undefined = all. */
  service: string | undefined;
  /** Rows per table. */
  limit: number;
  /** Columns of the terminal. */
  width: number;
  style: Style;
}

/** What a loss means, in words. */
const LOSS_TEXT: Readonly<Record<string, string>> = {
  ring_full: 'the app was faster than the worker',
  runtime_backlog: 'no agent answered for too long',
  exit: 'the app ended too suddenly',
  spool_full: 'the agent’s spool was full',
  spool_corrupt: 'the agent’s spool was damaged',
  rejected: 'the server refused it',
  unsupported: 'a form that cannot be added up',
  unsupported_signal: 'traces or logs of another SDK',
};

/** The three reports of every service as text that ends in a newline. */
export function renderReport(report: LocalReport, options: RenderOptions): string {
  const { style, service } = options;
  const wanted = report.services.filter((row) => service === undefined || row.service === service);
  const lines: string[] = [];
  for (const one of wanted) lines.push(...renderService(one, report, options), '');
  if (wanted.length === 0) lines.push(nothingText(report, service), '');
  const losses = report.losses.filter((loss) => service === undefined || loss.service === service);
  if (losses.length > 0) {
    lines.push(style.bold(style.yellow('Lost')));
    for (const { service: whose, reason, records, kind } of losses) {
      const why = LOSS_TEXT[reason];
      const one = kind === 'waterfall' ? 'slow request' : 'operation';
      const text = `${formatCount(records)} ${records === 1 ? one : `${one}s`} of ${whose}: ${reason}`;
      lines.push(
        style.yellow(
          cut(`  ${printable(text)}${why === undefined ? '' : ` (${why})`}`, options.width),
        ),
      );
    }
    lines.push('');
  }
  return `${lines.join('\n')}`;
}

function renderService(
  one: LocalServiceReport,
  { fromMs, toMs }: LocalReport,
  { limit, width, style }: RenderOptions,
): string[] {
  const processes = `${one.instances} ${one.instances === 1 ? 'process' : 'processes'}`;
  const when = `${clock(fromMs)} – ${clock(toMs)} (${spanText(toMs - fromMs)})`;
  const name = printable(one.service);
  const rule = '─'.repeat(Math.max(0, width - name.length - when.length - processes.length - 8));
  const { endpoints, queries, webServices } = one;
  const rows: LocalReportRow[] = [endpoints, queries, webServices].flatMap((table) =>
    table.rows.slice(0, limit),
  );
  const layout = layoutOf(rows, width);
  const tables = [
    renderTable('Endpoints', endpoints, limit, layout, style),
    renderTable('Queries', queries, limit, layout, style),
    renderTable('Web services', webServices, limit, layout, style),
  ];
  const title = `${style.bold(style.cyan(name))}  ${style.dim(`${when}  ${processes}  ${rule}`.trimEnd())}`;
  return [title, '', ...tables.flatMap((table, i) => (i === 0 ? table : ['', ...table]))];
}

function nothingText({ minutes, services }: LocalReport, service: string | undefined): string {
  if (service !== undefined && services.length > 0) {
    const names = services.slice(0, 10).map((row) => printable(row.service));
    return `Nothing from that service in the last ${minutes} min. Services that reported: ${names.join(', ')}`;
  }
  return `Nothing was reported in the last ${minutes} min.`;
}

function clock(ms: number): string {
  const date = new Date(ms);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

function spanText(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  return `${Math.round(seconds / 60)} min`;
}
