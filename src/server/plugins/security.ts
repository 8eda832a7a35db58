import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ERROR_CODE } from '../../protocol/delivery.js';
import { ApiError } from './errors.js';

export interface SecurityOptions {
  /** True on the TLS listener. */
  tls: boolean;
  /** `host:port` values of the Host header that are ours; undefined = any (a public server behind its own name). */
  allowedHosts: () => ReadonlySet<string> | undefined;
}

const MUTATING: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Headers of every answer, and two refusals: a Host that is not ours (a foreign page whose name was
 * re-pointed at this machine), and a change asked for by a page of another origin.
 */
export async function installSecurity(
  app: FastifyInstance,
  options: SecurityOptions,
): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // It would bind every other port of this host name too, above all those of localhost.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    crossOriginEmbedderPolicy: false,
  });
  app.addHook('onRequest', async (request) => {
    const allowed = options.allowedHosts();
    if (allowed !== undefined && !allowed.has((request.headers.host ?? '').toLowerCase())) {
      throw new ApiError(403, ERROR_CODE.forbidden, 'This host name is not served here.');
    }
    if (MUTATING.has(request.method) && isForeignPage(request, options.tls)) {
      throw new ApiError(403, ERROR_CODE.forbidden, 'Requests of other sites are refused.');
    }
  });
  app.addHook('onSend', async (request, reply) => {
    if (request.url.startsWith('/api/') && !reply.hasHeader('cache-control')) {
      reply.header('cache-control', 'no-store');
    }
  });
}

/** Browsers state the origin of every such request; other clients state none and carry no cookies. */
function isForeignPage(request: FastifyRequest, tls: boolean): boolean {
  const { origin } = request.headers;
  if (origin !== undefined) {
    return (
      origin.toLowerCase() !==
      `${tls ? 'https' : 'http'}://${request.headers.host ?? ''}`.toLowerCase()
    );
  }
  const site = request.headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}
