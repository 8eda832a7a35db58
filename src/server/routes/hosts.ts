import type { FastifyInstance } from 'fastify';
import type { HostAnswer, HostsAnswer } from '../api-hosts.js';
import { notFound } from '../plugins/errors.js';
import type { Platform } from '../platform.js';
import { hostAnswer } from '../queries/host-detail.js';
import { hostsAnswer } from '../queries/hosts.js';
import { rangeOf } from './parameters.js';
import { tenantOfSession } from './reports.js';

export function hostRoutes(app: FastifyInstance, platform: Platform, tls: boolean): void {
  const tenantOf = tenantOfSession(platform, tls);

  app.get('/api/hosts', async (request): Promise<HostsAnswer> => {
    const store = tenantOf(request);
    return hostsAnswer(store, rangeOf(request, platform), platform.now());
  });

  app.get('/api/hosts/:id', async (request): Promise<HostAnswer> => {
    const store = tenantOf(request);
    const range = rangeOf(request, platform);
    const { id } = request.params as { id: string };
    const host = (await store.hosts(0)).find(({ publicId }) => publicId === id);
    if (host === undefined) throw notFound('host');
    return hostAnswer(store, host, range, platform.now());
  });
}
