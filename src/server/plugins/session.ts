import cookie from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ERROR_CODE } from '../../protocol/delivery.js';
import type { Session } from '../api-types.js';
import type { ControlStore, SessionRecord } from '../store/store.js';
import { ApiError } from './errors.js';

/** `__Host-` binds a cookie to TLS and to this host; without TLS (loopback only) browsers refuse that name. */
export function cookieName(tls: boolean): string {
  return tls ? '__Host-retrace_session' : 'retrace_session';
}

export async function installSessions(app: FastifyInstance): Promise<void> {
  await app.register(cookie);
}

/** @throws ApiError 401 without a valid session. */
export function requireSession(
  request: FastifyRequest,
  control: ControlStore,
  tls: boolean,
  nowMs: number,
): SessionRecord {
  const token = request.cookies[cookieName(tls)];
  const session = token === undefined ? undefined : control.session(token, nowMs);
  if (session === undefined) throw new ApiError(401, ERROR_CODE.unauthorized, 'Log in first.');
  return session;
}

export function setSessionCookie(
  reply: FastifyReply,
  tls: boolean,
  token: string,
  expiresAtMs: number,
): void {
  reply.setCookie(cookieName(tls), token, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: tls,
    expires: new Date(expiresAtMs),
  });
}

export function clearSessionCookie(reply: FastifyReply, tls: boolean): void {
  reply.clearCookie(cookieName(tls), {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: tls,
  });
}

export function toSession({ user, tenant, expiresAtMs }: SessionRecord): Session {
  return { user: { name: user.name, role: user.role }, tenant, expiresAtMs };
}
