/** The one place that talks to the server: same origin, session cookie, JSON. */
import type {
  DetailAnswer,
  HostAnswer,
  HostsAnswer,
  PrivacyAnswer,
  ReportAnswer,
  ReportKind,
  RuntimeAnswer,
  ServiceAnswer,
  ServicesAnswer,
  ServiceSettings,
  Session,
  SetupAnswer,
  WaterfallAnswer,
  WaterfallsAnswer,
} from '../../server/api-types.js';
import { connection } from './connection.js';

/** An answer that is not the one asked for. `status` 0: there was no answer at all. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

interface ErrorBody {
  error?: { code?: string; message?: string };
}

async function toError(response: Response): Promise<ApiError> {
  // A proxy's HTML page in between is no reason to fail twice.
  const body = (await response.json().catch(() => ({}))) as ErrorBody;
  const { code = 'unknown', message = response.statusText } = body.error ?? {};
  return new ApiError(response.status, code, message);
}

async function request(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      ...init,
      credentials: 'same-origin',
      headers: { accept: 'application/json', ...init.headers },
    });
  } catch (cause) {
    if (init.signal?.aborted === true) throw cause;
    connection.lost();
    throw new ApiError(0, 'unreachable', 'The Retrace server does not answer.');
  }
  if (response.status === 502 || response.status === 503 || response.status === 504)
    connection.lost();
  else connection.answered(response.status === 401);
  if (!response.ok) throw await toError(response);
  return response;
}

async function getJson<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return (await (await request(path, { signal })).json()) as Answer;
}

export interface AskedRange {
  fromMs: number;
  toMs: number;
}

const rangeQuery = ({ fromMs, toMs }: AskedRange): string =>
  `?from=${Math.round(fromMs)}&to=${Math.round(toMs)}`;

const part = encodeURIComponent;

/** What a report is asked for besides its range; both stand in the page's URL. */
export interface ReportChoice {
  /** Only calls made for this endpoint; '' = all. */
  endpoint: string;
  /** With the period before. */
  compare: boolean;
}

/** The most the server gives; sorting and filtering them needs no further answer. */
export const MAX_ROWS = 5000;

function choiceQuery({ endpoint, compare }: ReportChoice): string {
  return [
    `&limit=${MAX_ROWS}`,
    endpoint === '' ? '' : `&endpoint=${part(endpoint)}`,
    compare ? '&compare=previous' : '',
  ].join('');
}

const WATERFALL_FILTER: Readonly<Record<ReportKind, string>> = {
  endpoints: 'endpoint',
  queries: 'query',
  'web-services': 'web-service',
};

export const api = {
  /** Exchanges the one-time token of a login link for a session cookie. */
  async login(token: string): Promise<Session> {
    const response = await request('/api/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    return (await response.json()) as Session;
  },
  async logout(): Promise<void> {
    await request('/api/logout', { method: 'POST' });
  },
  session: (signal?: AbortSignal) => getJson<Session>('/api/session', signal),
  setup: (signal?: AbortSignal) => getJson<SetupAnswer>('/api/setup', signal),
  services: (range: AskedRange, signal?: AbortSignal) =>
    getJson<ServicesAnswer>(`/api/services${rangeQuery(range)}`, signal),
  service: (serviceId: string, range: AskedRange, signal?: AbortSignal) =>
    getJson<ServiceAnswer>(`/api/services/${part(serviceId)}${rangeQuery(range)}`, signal),
  async saveSettings(serviceId: string, settings: ServiceSettings): Promise<ServiceSettings> {
    const response = await request(`/api/services/${part(serviceId)}/settings`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(settings),
    });
    return (await response.json()) as ServiceSettings;
  },
  report: (
    serviceId: string,
    report: ReportKind,
    range: AskedRange,
    choice: ReportChoice,
    signal?: AbortSignal,
  ) =>
    getJson<ReportAnswer>(
      `/api/services/${part(serviceId)}/${report}${rangeQuery(range)}${choiceQuery(choice)}`,
      signal,
    ),
  privacy: (range: AskedRange, signal?: AbortSignal) =>
    getJson<PrivacyAnswer>(`/api/privacy${rangeQuery(range)}`, signal),
  hosts: (range: AskedRange, signal?: AbortSignal) =>
    getJson<HostsAnswer>(`/api/hosts${rangeQuery(range)}`, signal),
  host: (hostId: string, range: AskedRange, signal?: AbortSignal) =>
    getJson<HostAnswer>(`/api/hosts/${part(hostId)}${rangeQuery(range)}`, signal),
  /** `instance`: one process; '' = all together. */
  runtime: (serviceId: string, instance: string, range: AskedRange, signal?: AbortSignal) =>
    getJson<RuntimeAnswer>(
      `/api/services/${part(serviceId)}/runtime${rangeQuery(range)}${instance === '' ? '' : `&instance=${part(instance)}`}`,
      signal,
    ),
  /** Slow requests in which this row took part. */
  waterfalls: (
    serviceId: string,
    report: ReportKind,
    rowId: string,
    range: AskedRange,
    signal?: AbortSignal,
  ) =>
    getJson<WaterfallsAnswer>(
      `/api/services/${part(serviceId)}/waterfalls${rangeQuery(range)}&${WATERFALL_FILTER[report]}=${part(rowId)}`,
      signal,
    ),
  waterfall: (serviceId: string, waterfallId: string, signal?: AbortSignal) =>
    getJson<WaterfallAnswer>(
      `/api/services/${part(serviceId)}/waterfalls/${part(waterfallId)}`,
      signal,
    ),
  detail: (
    serviceId: string,
    report: ReportKind,
    rowId: string,
    range: AskedRange,
    signal?: AbortSignal,
  ) =>
    getJson<DetailAnswer>(
      `/api/services/${part(serviceId)}/${report}/${part(rowId)}${rangeQuery(range)}`,
      signal,
    ),
};
