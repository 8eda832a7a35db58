import type { AddressInfo } from 'node:net';
import { isIPv6 } from 'node:net';
import type { FastifyInstance } from 'fastify';

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/i;

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** Listens and @returns the port. */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  await app.listen({ host, port });
  return (app.server.address() as AddressInfo).port;
}

export function urlOf(scheme: 'http' | 'https', host: string, port: number): string {
  const name = isIPv6(host) ? `[${host}]` : host;
  const usual = port === (scheme === 'https' ? 443 : 80);
  return `${scheme}://${name}${usual ? '' : `:${port}`}`;
}

/** Host headers under which a loopback listener may be asked. */
export function loopbackHosts(port: number, scheme: 'http' | 'https'): ReadonlySet<string> {
  const names = ['127.0.0.1', 'localhost', '[::1]'];
  const hosts = names.map((name) => `${name}:${port}`);
  if (port === (scheme === 'https' ? 443 : 80)) hosts.push(...names);
  return new Set(hosts);
}
