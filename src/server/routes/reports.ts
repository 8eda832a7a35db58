import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type {
  DetailAnswer,
  ReportKind,
  RuntimeAnswer,
  ServiceAnswer,
  SetupAnswer,
} from '../api-types.js';
import { notFound } from '../plugins/errors.js';
import { requireSession } from '../plugins/session.js';
import type { Platform } from '../platform.js';
import { privacyCsv, reportCsv, servicesCsv } from '../queries/csv-tables.js';
import { detailAnswer } from '../queries/detail.js';
import { privacyAnswer } from '../queries/privacy.js';
import { reportAnswer } from '../queries/report.js';
import { runtimeAnswer } from '../queries/runtime.js';
import { KIND_OF_REPORT } from '../queries/rows.js';
import { serviceAnswer, servicesAnswer, thresholdOf } from '../queries/services.js';
import type { OperationRecord, ServiceRecord, TenantStore } from '../store/store.js';
import { MAX_LIMIT, rangeOf, reportParameters, textParameter, wantsCsv } from './parameters.js';

/** An agent counts as connected when it delivered within this time. */
const AGENT_SEEN_MS = 86_400_000;

interface ReportParams {
  id: string;
  report: string;
  rowId?: string;
}

export type TenantOf = (request: FastifyRequest) => TenantStore;

/** The tenant comes from the session alone. */
export function tenantOfSession(platform: Platform, tls: boolean): TenantOf {
  return (request) =>
    platform.tenant(requireSession(request, platform.store.control, tls, platform.now()).tenant.id);
}

export function reportRoutes(app: FastifyInstance, platform: Platform, tls: boolean): void {
  const tenantOf = tenantOfSession(platform, tls);

  app.get('/api/services', async (request, reply) => {
    const store = tenantOf(request);
    const csv = wantsCsv(request);
    const answer = await servicesAnswer(store, rangeOf(request, platform), platform.now());
    return csv ? sendCsv(reply, 'services', servicesCsv(answer)) : answer;
  });

  app.get('/api/services/:id', async (request): Promise<ServiceAnswer> => {
    const store = tenantOf(request);
    const { id } = request.params as ReportParams;
    const range = rangeOf(request, platform);
    return serviceAnswer(store, await serviceOf(store, id), range, platform.now());
  });

  app.get('/api/services/:id/runtime', async (request): Promise<RuntimeAnswer> => {
    const store = tenantOf(request);
    const range = rangeOf(request, platform);
    const service = await serviceOf(store, (request.params as ReportParams).id);
    return runtimeAnswer(store, service, range, textParameter(request, 'instance'));
  });

  app.get('/api/services/:id/:report', async (request, reply) => {
    const store = tenantOf(request);
    const { id, report } = request.params as ReportParams;
    const kind = reportKind(report);
    const csv = wantsCsv(request);
    const parameters = reportParameters(request, kind, csv ? MAX_LIMIT : undefined);
    const range = rangeOf(request, platform, parameters.compare);
    const service = await serviceOf(store, id);
    const answer = await reportAnswer(
      store,
      service,
      kind,
      range,
      {
        ...parameters,
        caller: await callerOf(store, service, parameters.endpoint),
        apdexThresholdMs: thresholdOf(await store.settings(), service),
      },
      platform.now(),
    );
    return csv ? sendCsv(reply, `${service.name}-${kind}`, reportCsv(answer)) : answer;
  });

  app.get('/api/services/:id/:report/:rowId', async (request): Promise<DetailAnswer> => {
    const store = tenantOf(request);
    const { id, report, rowId = '' } = request.params as ReportParams;
    const kind = reportKind(report);
    const range = rangeOf(request, platform);
    const service = await serviceOf(store, id);
    const record = await store.findOperation(service.id, KIND_OF_REPORT[kind], rowId);
    if (record === undefined) throw notFound('row');
    const apdexThresholdMs = thresholdOf(await store.settings(), service);
    return detailAnswer(store, service, kind, record, range, { apdexThresholdMs }, platform.now());
  });

  app.get('/api/privacy', async (request, reply) => {
    const store = tenantOf(request);
    const csv = wantsCsv(request);
    const answer = await privacyAnswer(store, rangeOf(request, platform), platform.now());
    return csv ? sendCsv(reply, 'received', privacyCsv(answer)) : answer;
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

export async function serviceOf(store: TenantStore, publicId: string): Promise<ServiceRecord> {
  const found = (await store.services()).find((one) => one.publicId === publicId && !one.agent);
  if (found === undefined) throw notFound('service');
  return found;
}

async function callerOf(
  store: TenantStore,
  service: ServiceRecord,
  publicId: string | undefined,
): Promise<OperationRecord | undefined> {
  if (publicId === undefined) return undefined;
  const found = await store.findOperation(service.id, 'endpoint', publicId);
  if (found === undefined) throw notFound('endpoint');
  return found;
}

/** The name is built from plain characters only: service names are senders' text. */
function sendCsv(reply: FastifyReply, name: string, csv: string): FastifyReply {
  const file = `retrace-${name.replace(/[^A-Za-z0-9_.-]+/g, '_').slice(0, 80)}.csv`;
  return reply
    .type('text/csv; charset=utf-8; header=present')
    .header('content-disposition', `attachment; filename="${file}"`)
    .send(csv);
}
