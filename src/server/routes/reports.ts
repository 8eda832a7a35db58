import type { FastifyInstance, FastifyRequest } from 'fastify';
import type {
  DetailAnswer,
  ReportAnswer,
  ReportKind,
  ServicesAnswer,
  SetupAnswer,
} from '../api-types.js';
import { invalidParameter, notFound } from '../plugins/errors.js';
import { requireSession } from '../plugins/session.js';
import type { Platform } from '../platform.js';
import { detailAnswer } from '../queries/detail.js';
import { bucketsOf } from '../queries/range.js';
import { reportAnswer } from '../queries/report.js';
import { KIND_OF_REPORT } from '../queries/rows.js';
import { servicesAnswer } from '../queries/services.js';
import type { ScanRange, ServiceRecord, TenantStore } from '../store/store.js';

const DEFAULT_RANGE_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** An agent counts as connected when it delivered within this time. */
const AGENT_SEEN_MS = DAY_MS;

interface ReportParams {
  id: string;
  report: string;
  rowId?: string;
}

export function reportRoutes(app: FastifyInstance, platform: Platform, tls: boolean): void {
  const tenantOf = (request: FastifyRequest): TenantStore =>
    platform.tenant(requireSession(request, platform.store.control, tls, platform.now()).tenant.id);

  app.get('/api/services', async (request): Promise<ServicesAnswer> => {
    const store = tenantOf(request);
    return servicesAnswer(store, rangeOf(request, platform), platform.now());
  });

  app.get('/api/services/:id/:report', async (request): Promise<ReportAnswer> => {
    const store = tenantOf(request);
    const { id, report } = request.params as ReportParams;
    const kind = reportKind(report);
    const range = rangeOf(request, platform);
    return reportAnswer(store, await serviceOf(store, id), kind, range, platform.now());
  });

  app.get('/api/services/:id/:report/:rowId', async (request): Promise<DetailAnswer> => {
    const store = tenantOf(request);
    const { id, report, rowId = '' } = request.params as ReportParams;
    const kind = reportKind(report);
    const range = rangeOf(request, platform);
    const service = await serviceOf(store, id);
    const record = await store.findOperation(service.id, KIND_OF_REPORT[kind], rowId);
    if (record === undefined) throw notFound('row');
    return detailAnswer(store, service, kind, record, range, platform.now());
  });

  app.get('/api/setup', async (request): Promise<SetupAnswer> => {
    const agentsSeen = await tenantOf(request).agentsSeen(platform.now() - AGENT_SEEN_MS);
    const connect = ['npm install retrace', 'node --require retrace/register app.js'];
    // Without an agent on its host an app has nobody to report to.
    return {
      commands: agentsSeen === 0 ? [platform.agentCommand, ...connect] : connect,
      agentsSeen,
    };
  });
}

function reportKind(text: string): ReportKind {
  if (!Object.hasOwn(KIND_OF_REPORT, text)) throw notFound('report');
  return text as ReportKind;
}

async function serviceOf(store: TenantStore, publicId: string): Promise<ServiceRecord> {
  const found = (await store.services()).find((one) => one.publicId === publicId && !one.agent);
  if (found === undefined) throw notFound('service');
  return found;
}

/** `from` and `to` in epoch ms; the last hour where both are absent. */
function rangeOf(request: FastifyRequest, platform: Platform): ScanRange {
  const query = request.query as Record<string, unknown>;
  const nowMs = platform.now();
  const toMs = timeOf(query.to, 'to') ?? nowMs;
  const fromMs = timeOf(query.from, 'from') ?? toMs - DEFAULT_RANGE_MS;
  if (fromMs >= toMs) throw invalidParameter('`from` must be before `to`.');
  // Longer than anything that is kept; the bound also limits the size of an answer.
  const longest = (platform.settings.retentionDays + 2) * DAY_MS;
  if (toMs - fromMs > longest) throw invalidParameter('The range is longer than data is kept.');
  if (toMs > nowMs + 2 * DAY_MS) throw invalidParameter('`to` lies in the future.');
  return bucketsOf(fromMs, toMs, nowMs, platform.settings.retentionMinuteDays);
}

function timeOf(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !/^\d{1,15}$/.test(value)) {
    throw invalidParameter(`\`${name}\` must be epoch milliseconds.`);
  }
  return Number(value);
}
