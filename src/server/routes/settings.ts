import type { FastifyInstance } from 'fastify';
import type { ServiceSettings } from '../api-types.js';
import { invalidParameter } from '../plugins/errors.js';
import type { Platform } from '../platform.js';
import { MAX_APDEX_THRESHOLD_MS } from '../queries/apdex.js';
import { serviceOf, tenantOfSession } from './reports.js';

const MAX_BODY_BYTES = 1024;

/** Settings of a service. Only the owner can log in so far: a session is permission enough. */
export function settingsRoutes(app: FastifyInstance, platform: Platform, tls: boolean): void {
  const tenantOf = tenantOfSession(platform, tls);

  app.put(
    '/api/services/:id/settings',
    { bodyLimit: MAX_BODY_BYTES },
    async (request): Promise<ServiceSettings> => {
      const store = tenantOf(request);
      const service = await serviceOf(store, (request.params as { id: string }).id);
      const settings = settingsIn(request.body);
      await store.saveSettings(service.publicId, settings);
      return settings;
    },
  );
}

function settingsIn(body: unknown): ServiceSettings {
  const value = (body as { apdexThresholdMs?: unknown } | null | undefined)?.apdexThresholdMs;
  if (
    typeof value !== 'number' ||
    !Number.isInteger(value) ||
    value < 1 ||
    value > MAX_APDEX_THRESHOLD_MS
  ) {
    throw invalidParameter(
      `\`apdexThresholdMs\` must be a whole number from 1 to ${MAX_APDEX_THRESHOLD_MS}.`,
    );
  }
  return { apdexThresholdMs: value };
}
