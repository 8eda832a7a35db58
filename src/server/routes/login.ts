import type { FastifyInstance } from 'fastify';
import { ERROR_CODE } from '../../protocol/delivery.js';
import { ApiError, invalidParameter } from '../plugins/errors.js';
import {
  clearSessionCookie,
  cookieName,
  requireSession,
  setSessionCookie,
  toSession,
} from '../plugins/session.js';
import type { Platform } from '../platform.js';

/** Attempts per address and minute. Guessing 256 random bits is hopeless; this keeps the noise down. */
const LOGIN_ATTEMPTS_PER_MINUTE = 20;
const TOKEN_BYTES = 200;

export function loginRoutes(app: FastifyInstance, platform: Platform, tls: boolean): void {
  const { control } = platform.store;

  app.post(
    '/api/login',
    {
      config: { rateLimit: { max: LOGIN_ATTEMPTS_PER_MINUTE, timeWindow: 60_000 } },
      bodyLimit: 4096,
    },
    async (request, reply) => {
      const token = (request.body as { token?: unknown } | null)?.token;
      if (typeof token !== 'string' || token === '' || token.length > TOKEN_BYTES) {
        throw invalidParameter('A login needs a token.');
      }
      const login = control.exchangeLoginToken(token, platform.now());
      if (login === undefined) {
        throw new ApiError(
          401,
          ERROR_CODE.unauthorized,
          'This login link was used or has expired; print a new one.',
        );
      }
      setSessionCookie(reply, tls, login.sessionToken, login.session.expiresAtMs);
      return toSession(login.session);
    },
  );

  app.post('/api/logout', { bodyLimit: 4096 }, async (request, reply) => {
    const token = request.cookies[cookieName(tls)];
    if (token !== undefined) control.endSession(token);
    clearSessionCookie(reply, tls);
    return reply.code(204).send();
  });

  app.get('/api/session', async (request) =>
    toSession(requireSession(request, control, tls, platform.now())),
  );
}
