import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyInstance } from 'fastify';
import { installErrors, tooManyRequests } from './plugins/errors.js';
import { installSecurity } from './plugins/security.js';
import { installSessions } from './plugins/session.js';
import type { Platform } from './platform.js';
import { installDashboard } from './routes/dashboard.js';
import { hostRoutes } from './routes/hosts.js';
import { ingestRoutes } from './routes/ingest.js';
import { loginRoutes } from './routes/login.js';
import { reportRoutes } from './routes/reports.js';
import { settingsRoutes } from './routes/settings.js';
import { waterfallRoutes } from './routes/waterfalls.js';

export interface AppOptions {
  platform: Platform;
  /** Absent = the plain listener for the browser on the same machine, which takes no data. */
  tls: { cert: string; key: string } | undefined;
  /** See SecurityOptions. */
  allowedHosts: () => ReadonlySet<string> | undefined;
  dashboardDir: string | undefined;
  requestTimeoutMs: number | undefined;
}

/** A request must have arrived whole within this time: a sender of one byte per second is cut off. */
const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 10_000;
const CHECK_INTERVAL_MS = 2_000;
const MAX_CONNECTIONS = 2_000;
/** API calls per address and minute: ten busy dashboards. */
const API_CALLS_PER_MINUTE = 3_000;

/** Builds one listener's routes; index.ts listens. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { platform } = options;
  const tls = options.tls !== undefined;
  const requestTimeout = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const common = {
    // Nothing that is received may reach a log: errors are logged by hand, by their kind.
    logger: false as const,
    requestTimeout,
    routerOptions: { maxParamLength: 64 },
    forceCloseConnections: 'idle' as const,
  };
  const http = {
    headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeout),
    connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MS, requestTimeout),
  };
  const app = (
    options.tls === undefined
      ? Fastify({ ...common, http })
      : Fastify({ ...common, https: { ...http, ...options.tls, minVersion: 'TLSv1.2' } })
  ) as FastifyInstance;
  app.server.maxConnections = MAX_CONNECTIONS;

  await installSecurity(app, { tls, allowedHosts: options.allowedHosts });
  await installSessions(app);
  const unknownPath = await installDashboard(app, options.dashboardDir);
  installErrors(app, (line) => platform.settings.log(line), unknownPath);
  await app.register(rateLimit, { global: false });
  await app.register(async (api) => {
    const limit = api.createRateLimit({ max: API_CALLS_PER_MINUTE, timeWindow: 60_000 });
    api.addHook('onRequest', async (request) => {
      const state = await limit(request);
      if (!state.isAllowed && state.isExceeded) throw tooManyRequests();
    });
    loginRoutes(api, platform, tls);
    reportRoutes(api, platform, tls);
    waterfallRoutes(api, platform, tls);
    hostRoutes(api, platform, tls);
    settingsRoutes(api, platform, tls);
  });
  if (tls) await app.register(async (ingest) => ingestRoutes(ingest, platform));
  return app;
}
