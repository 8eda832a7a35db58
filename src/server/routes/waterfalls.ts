import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ReportKind, WaterfallAnswer, WaterfallsAnswer } from '../api-types.js';
import { invalidParameter, notFound } from '../plugins/errors.js';
import type { Platform } from '../platform.js';
import { KIND_OF_REPORT } from '../queries/rows.js';
import { waterfallAnswer, waterfallsAnswer } from '../queries/waterfalls.js';
import type { OperationRecord, ServiceRecord, TenantStore } from '../store/store.js';
import { limitParameter, rangeOf, textParameter } from './parameters.js';
import { serviceOf, tenantOfSession } from './reports.js';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 200;

/** Parameters that name a row, and the report it is in. */
const FILTERS: readonly (readonly [string, ReportKind])[] = [
  ['endpoint', 'endpoints'],
  ['query', 'queries'],
  ['web-service', 'web-services'],
];

export function waterfallRoutes(app: FastifyInstance, platform: Platform, tls: boolean): void {
  const tenantOf = tenantOfSession(platform, tls);

  app.get('/api/services/:id/waterfalls', async (request): Promise<WaterfallsAnswer> => {
    const store = tenantOf(request);
    const range = rangeOf(request, platform);
    const limit = limitParameter(request, MAX_LIMIT) ?? DEFAULT_LIMIT;
    const service = await serviceOf(store, (request.params as { id: string }).id);
    const row = await rowOf(request, store, service);
    return waterfallsAnswer(store, service, range, { row, limit });
  });

  app.get(
    '/api/services/:id/waterfalls/:waterfallId',
    async (request): Promise<WaterfallAnswer> => {
      const store = tenantOf(request);
      const { id, waterfallId } = request.params as { id: string; waterfallId: string };
      const answer = await waterfallAnswer(store, await serviceOf(store, id), waterfallId);
      if (answer === undefined) throw notFound('slow request');
      return answer;
    },
  );
}

/** The row by which the list is filtered. */
async function rowOf(
  request: FastifyRequest,
  store: TenantStore,
  service: ServiceRecord,
): Promise<OperationRecord | undefined> {
  const asked = FILTERS.flatMap(([parameter, report]) => {
    const id = textParameter(request, parameter);
    return id === undefined ? [] : [{ id, report }];
  });
  const [filter, more] = asked;
  if (filter === undefined) return undefined;
  if (more !== undefined) {
    throw invalidParameter('Only one of `endpoint`, `query` and `web-service` can be asked for.');
  }
  const found = await store.findOperation(service.id, KIND_OF_REPORT[filter.report], filter.id);
  if (found === undefined) throw notFound('row');
  return found;
}
