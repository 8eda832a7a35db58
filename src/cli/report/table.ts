import type { LocalReportRow, LocalReportTable, ReportCaller } from '../../agent/report-types.js';
import type { Style } from './style.js';
import { cut, padEnd, padStart, printable, widthOf } from './text-width.js';
import { formatCount, formatRate, formatShare, formatUs } from './units.js';

interface Column {
  title: string;
  text: (row: LocalReportRow) => string;
  /** Left out first where the terminal is narrow; 0 = never. */
  spare: number;
  paint?: (style: Style, text: string, row: LocalReportRow) => string;
}

const COLUMNS: readonly Column[] = [
  { title: 'calls', text: (row) => formatCount(row.calls), spare: 0 },
  { title: 'calls/min', text: (row) => formatRate(row.callsPerMinute), spare: 3 },
  { title: 'average', text: (row) => formatUs(row.averageUs), spare: 0 },
  { title: 'p50', text: (row) => formatUs(row.p50Us), spare: 2 },
  { title: 'p95', text: (row) => formatUs(row.p95Us), spare: 0 },
  { title: 'p99', text: (row) => formatUs(row.p99Us), spare: 4 },
  { title: 'max', text: (row) => formatUs(row.maxUs), spare: 5 },
  { title: 'total', text: (row) => formatUs(row.totalUs), spare: 0 },
  { title: 'share', text: (row) => formatShare(row.share), spare: 0 },
  { title: '', text: (row) => bar(row.share), spare: 1, paint: (style, text) => style.cyan(text) },
  {
    title: 'errors',
    text: (row) => (row.errors === 0 ? '–' : formatCount(row.errors)),
    spare: 0,
    paint: (style, text, row) => (row.errors === 0 ? style.dim(text) : style.red(text)),
  },
];
const GAP = 2;
const BAR_COLUMNS = 6;
const MIN_NAME = 24;
const MAX_CALLERS = 3;
const MAX_ERROR_TYPES = 5;

/** One report as lines: title, header, and for each row its numbers and what belongs to it. */
export function renderTable(
  title: string,
  table: LocalReportTable,
  limit: number,
  width: number,
  style: Style,
): string[] {
  const { calls, errors, totalUs } = table;
  const summary = [
    `${formatCount(calls)} ${calls === 1 ? 'call' : 'calls'}`,
    `${formatUs(totalUs)} in total`,
    ...(errors === 0 ? [] : [`${formatCount(errors)} ${errors === 1 ? 'error' : 'errors'}`]),
  ].join(' · ');
  if (table.rows.length === 0) return [`${style.bold(title)}  ${style.dim('none')}`];
  const rows = table.rows.slice(0, limit);
  const columns = fit(rows, width);
  const numbersWidth = columns.reduce((sum, { width: own }) => sum + GAP + own, 0);
  // No wider than needed: numbers far from their names are hard to follow.
  const longest = Math.max(...rows.map((row) => widthOf(printable(row.name))), MIN_NAME);
  const nameWidth = Math.max(MIN_NAME, Math.min(longest, width - numbersWidth - GAP));
  const lines = [`${style.bold(title)}  ${style.dim(summary)}`];
  const header = columns.map(({ column, width: own }) => padStart(column.title, own));
  lines.push(style.dim(`  ${[padEnd('', nameWidth), ...header].join(' '.repeat(GAP))}`.trimEnd()));
  for (const row of rows) {
    const cells = columns.map(({ column, width: own }) => {
      const text =
        column.title === '' ? padEnd(column.text(row), own) : padStart(column.text(row), own);
      return column.paint?.(style, text, row) ?? text;
    });
    const name = padEnd(cut(printable(row.name), nameWidth), nameWidth);
    lines.push(`  ${[style.bold(name), ...cells].join(' '.repeat(GAP))}`.trimEnd());
    lines.push(...details(row, width, style));
  }
  const more = table.omittedRows + table.rows.length - rows.length;
  if (more > 0) lines.push(style.dim(`  … and ${formatCount(more)} more; see --limit`));
  return lines;
}

/** The columns that fit beside a name of MIN_NAME, spare ones left out first. */
function fit(rows: readonly LocalReportRow[], width: number): { column: Column; width: number }[] {
  let columns = COLUMNS.map((column) => ({
    column,
    width: Math.max(widthOf(column.title), ...rows.map((row) => widthOf(column.text(row)))),
  }));
  const spares = COLUMNS.map(({ spare }) => spare).filter((spare) => spare > 0);
  for (const spare of spares.sort((a, b) => a - b)) {
    const needed = columns.reduce((sum, column) => sum + GAP + column.width, GAP + MIN_NAME);
    if (needed <= width) break;
    columns = columns.filter(({ column }) => column.spare !== spare);
  }
  return columns;
}

/** Lines below a row: the signature, its errors, its callers. */
function details(row: LocalReportRow, width: number, style: Style): string[] {
  const indent = '    ';
  const room = width - indent.length;
  const lines: string[] = [];
  const add = (text: string, paint: (text: string) => string): void => {
    lines.push(indent + paint(cut(printable(text), room)));
  };
  if (row.text !== undefined && row.text !== '') {
    add(row.text, style.dim);
    if (row.source !== '') add(`on ${row.source}`, style.dim);
  }
  if (row.split !== undefined) add(splitText(row.split), style.dim);
  if (row.errorTypes.length > 0) add(errorText(row), style.red);
  for (const caller of row.callers.slice(0, MAX_CALLERS)) {
    const repeats = repeatText(caller);
    const text = cut(printable(`← ${callerText(caller)}`), room - widthOf(repeats));
    lines.push(indent + style.dim(text) + style.yellow(repeats));
  }
  const more = row.callers.length - MAX_CALLERS;
  if (more > 0) add(`← ${more} more ${more === 1 ? 'caller' : 'callers'}`, style.dim);
  return lines;
}

function callerText({ endpoint, calls, share, errors }: ReportCaller): string {
  const name = endpoint === '' ? '(outside any request)' : endpoint;
  const failed = errors === 0 ? '' : `, ${formatCount(errors)} failed`;
  return `${name}  ${formatCount(calls)}×, ${formatShare(share)} of its time${failed}`;
}

function repeatText({ repeatedRequests, repeatedMax }: ReportCaller): string {
  if (repeatedRequests === 0) return '';
  const requests = `${formatCount(repeatedRequests)} ${repeatedRequests === 1 ? 'request' : 'requests'}`;
  return `  repeated in ${requests}, up to ${formatCount(repeatedMax)}× in one`;
}

function errorText({ errorTypes }: LocalReportRow): string {
  const shown = errorTypes.slice(0, MAX_ERROR_TYPES);
  const text = shown.map(({ type, calls }) => `${type} ${formatCount(calls)}×`).join(', ');
  const more = errorTypes.length - shown.length;
  return `errors: ${text}${more > 0 ? ` and ${more} more types` : ''}`;
}

function splitText(split: NonNullable<LocalReportRow['split']>): string {
  const { databaseUs, webServicesUs, ownCodeUs } = split;
  const all = databaseUs + webServicesUs + ownCodeUs;
  if (all === 0) return 'time: none';
  const part = (us: number): string => formatShare(us / all);
  return `database ${part(databaseUs)} · web services ${part(webServicesUs)} · own code ${part(ownCodeUs)}`;
}

/** Eighths of a block, so that six columns tell 48 steps apart. */
function bar(share: number): string {
  const eighths = Math.round(Math.min(1, share) * BAR_COLUMNS * 8);
  const rest = eighths % 8;
  const partial = rest === 0 ? '' : String.fromCodePoint(0x2590 - rest);
  return '█'.repeat(Math.floor(eighths / 8)) + partial;
}
