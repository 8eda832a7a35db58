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

/** Rank of the bar among the spare columns. */
const BAR_SPARE = 1;

const COLUMNS: readonly Column[] = [
  { title: 'calls', text: (row) => formatCount(row.calls), spare: 0 },
  { title: '/min', text: (row) => formatRate(row.callsPerMinute), spare: 3 },
  { title: 'average', text: (row) => formatUs(row.averageUs), spare: 0 },
  { title: 'p50', text: (row) => formatUs(row.p50Us), spare: 2 },
  { title: 'p95', text: (row) => formatUs(row.p95Us), spare: 0 },
  { title: 'p99', text: (row) => formatUs(row.p99Us), spare: 4 },
  { title: 'max', text: (row) => formatUs(row.maxUs), spare: 5 },
  { title: 'total', text: (row) => formatUs(row.totalUs), spare: 0 },
  { title: 'share', text: (row) => formatShare(row.share), spare: 0 },
  {
    title: '',
    text: (row) => bar(row.share),
    spare: BAR_SPARE,
    paint: (style, text) => style.cyan(text),
  },
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

/** Widths shared by all tables of a report, so that numbers stand below one another. */
export interface Layout {
  nameWidth: number;
  columns: readonly { column: Column; width: number }[];
  /** Of the terminal. */
  width: number;
}

/** The columns that fit beside the names, spare ones left out first. */
export function layoutOf(rows: readonly LocalReportRow[], width: number): Layout {
  const longest = Math.max(MIN_NAME, ...rows.map((row) => widthOf(printable(row.name))));
  let columns = COLUMNS.map((column) => ({
    column,
    width: Math.max(widthOf(column.title), ...rows.map((row) => widthOf(column.text(row)))),
  }));
  const taken = (): number => columns.reduce((sum, column) => sum + GAP + column.width, GAP);
  const spares = COLUMNS.map(({ spare }) => spare).filter((spare) => spare > 0);
  for (const spare of spares.sort((a, b) => a - b)) {
    // The bar says what the share says: it is the first to make room for whole names.
    const nameNeeds = spare === BAR_SPARE ? longest : MIN_NAME;
    if (taken() + nameNeeds <= width) continue;
    columns = columns.filter(({ column }) => column.spare !== spare);
  }
  // No wider than needed: numbers far from their names are hard to follow.
  const nameWidth = Math.max(MIN_NAME, Math.min(longest, width - taken()));
  return { nameWidth, columns, width };
}

/** One report as lines: title, header, and for each row its numbers and what belongs to it. */
export function renderTable(
  title: string,
  table: LocalReportTable,
  limit: number,
  layout: Layout,
  style: Style,
): string[] {
  if (table.rows.length === 0) return [`${style.bold(title)}  ${style.dim('none')}`];
  const rows = table.rows.slice(0, limit);
  const source = commonSource(rows);
  const lines = [
    `${style.bold(title)}  ${style.dim(summaryOf(table, source, layout.width - title.length - 2))}`,
  ];
  const { columns, nameWidth } = layout;
  const gap = ' '.repeat(GAP);
  const header = columns.map(({ column, width }) => padStart(column.title, width));
  lines.push(style.dim([padEnd('', nameWidth + GAP), ...header].join(gap).trimEnd()));
  for (const row of rows) {
    const cells = columns.map(({ column, width }) => {
      const pad = column.spare === BAR_SPARE ? padEnd : padStart;
      const text = pad(column.text(row), width);
      return column.paint?.(style, text, row) ?? text;
    });
    const whole = printable(row.name);
    const name = padEnd(cut(whole, nameWidth), nameWidth);
    lines.push(`${gap}${[style.bold(name), ...cells].join(gap)}`.trimEnd());
    const cutName = widthOf(whole) > nameWidth ? whole : undefined;
    lines.push(...details(row, cutName, source === undefined, layout.width, style));
  }
  const more = table.omittedRows + table.rows.length - rows.length;
  if (more > 0) lines.push(style.dim(`${gap}… and ${formatCount(more)} more; see --limit`));
  return lines;
}

function summaryOf(table: LocalReportTable, source: string | undefined, room: number): string {
  const { calls, errors, totalUs } = table;
  const parts = [
    `${formatCount(calls)} ${calls === 1 ? 'call' : 'calls'}`,
    `${formatUs(totalUs)} in total`,
    ...(errors === 0 ? [] : [`${formatCount(errors)} ${errors === 1 ? 'error' : 'errors'}`]),
    ...(source === undefined || source === '' ? [] : [printable(source)]),
  ];
  return cut(parts.join(' · '), room);
}

/** The database all rows ran on; undefined when there are several. */
function commonSource(rows: readonly LocalReportRow[]): string | undefined {
  const [first] = rows;
  return rows.every((row) => row.source === first?.source || row.other) ? first?.source : undefined;
}

/** Lines below a row: the signature, its errors, its callers. */
function details(
  row: LocalReportRow,
  cutName: string | undefined,
  withSource: boolean,
  width: number,
  style: Style,
): string[] {
  const indent = '    ';
  const room = width - indent.length;
  const lines: string[] = [];
  const add = (text: string, paint: (text: string) => string): void => {
    lines.push(indent + paint(cut(printable(text), room)));
  };
  if (cutName !== undefined) add(cutName, style.dim);
  if (row.text !== undefined && row.text !== '') add(row.text, style.dim);
  if (withSource && row.source !== '') add(`on ${row.source}`, style.dim);
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
  const failed = errors === 0 ? '' : ` · ${formatCount(errors)} failed`;
  return `${name} · ${formatCount(calls)}× · ${formatShare(share)} of its time${failed}`;
}

function repeatText({ repeatedRequests, repeatedMax }: ReportCaller): string {
  if (repeatedRequests === 0) return '';
  const requests = `${formatCount(repeatedRequests)} ${repeatedRequests === 1 ? 'request' : 'requests'}`;
  return ` · repeated in ${requests}, up to ${formatCount(repeatedMax)}× in one`;
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
