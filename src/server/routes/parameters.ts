import type { FastifyRequest } from 'fastify';
import type { ReportKind, SortKey } from '../api-types.js';
import { invalidParameter } from '../plugins/errors.js';
import type { Platform } from '../platform.js';
import { bucketsOf, type AskedRange } from '../queries/range.js';
import { SORT_KEYS } from '../queries/sort.js';

const DEFAULT_RANGE_MS = 3_600_000;
const DAY_MS = 86_400_000;
const DEFAULT_LIMIT = 500;
export const MAX_LIMIT = 5000;
/** Longest text to search for: a signature's first lines. */
const MAX_TEXT = 1000;

type Query = Readonly<Record<string, unknown>>;

const queryOf = (request: FastifyRequest): Query => request.query as Query;

/** `from` and `to` in epoch ms; the last hour where both are absent. */
export function rangeOf(request: FastifyRequest, platform: Platform, compare = false): AskedRange {
  const query = queryOf(request);
  const nowMs = platform.now();
  const toMs = timeOf(query.to, 'to') ?? nowMs;
  const fromMs = timeOf(query.from, 'from') ?? toMs - DEFAULT_RANGE_MS;
  if (fromMs >= toMs) throw invalidParameter('`from` must be before `to`.');
  // Longer than anything that is kept; the bound also limits the size of an answer.
  const longest = (platform.settings.retentionDays + 2) * DAY_MS;
  if (toMs - fromMs > longest) throw invalidParameter('The range is longer than data is kept.');
  if (toMs > nowMs + 2 * DAY_MS) throw invalidParameter('`to` lies in the future.');
  const keptFromMs = compare ? fromMs - (toMs - fromMs) : fromMs;
  return bucketsOf(fromMs, toMs, nowMs, platform.settings.retentionMinuteDays, keptFromMs);
}

function timeOf(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !/^\d{1,15}$/.test(value)) {
    throw invalidParameter(`\`${name}\` must be epoch milliseconds.`);
  }
  return Number(value);
}

export function wantsCsv(request: FastifyRequest): boolean {
  return choiceOf(queryOf(request), 'format', ['json', 'csv'] as const) === 'csv';
}

export interface ReportParameters {
  sort: SortKey;
  order: 'asc' | 'desc';
  limit: number;
  filter: { text?: string | undefined; operation?: string | undefined; table?: string | undefined };
  /** Public id. */
  endpoint: string | undefined;
  compare: boolean;
}

/** Keys that make no sense for a report, beside `change` without a comparison. */
const FOREIGN_KEYS: Readonly<Record<ReportKind, readonly SortKey[]>> = {
  endpoints: ['callsPerRequest'],
  queries: ['apdex', 'queriesPerRequest'],
  'web-services': ['apdex', 'queriesPerRequest'],
};

/** @throws ApiError 400 that names the parameter and what it may be. */
export function reportParameters(
  request: FastifyRequest,
  report: ReportKind,
  defaultLimit = DEFAULT_LIMIT,
): ReportParameters {
  const query = queryOf(request);
  const compare = choiceOf(query, 'compare', ['previous'] as const) !== undefined;
  const keys = SORT_KEYS.filter(
    (key) => !FOREIGN_KEYS[report].includes(key) && (compare || key !== 'change'),
  );
  const sort = choiceOf(query, 'sort', keys) ?? 'totalUs';
  const operation = textOf(query, 'operation');
  const table = textOf(query, 'table');
  const endpoint = textOf(query, 'endpoint');
  if (report !== 'queries' && (operation ?? table) !== undefined) {
    throw invalidParameter('`operation` and `table` are of queries only.');
  }
  if (report === 'endpoints' && endpoint !== undefined) {
    throw invalidParameter('`endpoint` is of queries and web services only.');
  }
  return {
    sort,
    order: choiceOf(query, 'order', ['asc', 'desc'] as const) ?? (sort === 'name' ? 'asc' : 'desc'),
    limit: limitParameter(request, MAX_LIMIT) ?? defaultLimit,
    filter: { text: textOf(query, 'q'), operation, table },
    endpoint,
    compare,
  };
}

function choiceOf<T extends string>(
  query: Query,
  name: string,
  choices: readonly T[],
): T | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  const found = choices.find((choice) => choice === value);
  if (found === undefined) {
    throw invalidParameter(`\`${name}\` must be one of: ${choices.join(', ')}.`);
  }
  return found;
}

/** @throws ApiError 400 when it is no text, or too long. */
export function textParameter(request: FastifyRequest, name: string): string | undefined {
  return textOf(queryOf(request), name);
}

/** Empty is the same as absent: a cleared search field. */
function textOf(query: Query, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string' || value.length > MAX_TEXT) {
    throw invalidParameter(`\`${name}\` must be one text of at most ${MAX_TEXT} characters.`);
  }
  return value;
}

/** `limit`, when it is given. @throws ApiError 400 when it is no number that may be asked for. */
export function limitParameter(request: FastifyRequest, max: number): number | undefined {
  const value = queryOf(request).limit;
  if (value === undefined) return undefined;
  const limit = typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : 0;
  if (limit < 1 || limit > max) {
    throw invalidParameter(`\`limit\` must be a whole number from 1 to ${max}.`);
  }
  return limit;
}
