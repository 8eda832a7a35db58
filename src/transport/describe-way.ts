import type { ServerAccess } from '../config/types.js';
import { bypassesProxy } from './no-proxy.js';

/** Where data goes, without anything secret: no path, no credentials. */
export interface Way {
  /** `collect.example:4443`. */
  readonly address: string;
  /** `proxy.example:3128`; undefined = without one. */
  readonly proxy: string | undefined;
}

export function describeWay({
  serverUrl,
  httpsProxy,
  noProxy,
}: Pick<ServerAccess, 'serverUrl' | 'httpsProxy' | 'noProxy'>): Way {
  const url = new URL(serverUrl);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const proxied =
    httpsProxy !== undefined && !bypassesProxy(host, Number(url.port || 443), noProxy);
  return { address: url.host, proxy: proxied ? new URL(httpsProxy).host : undefined };
}
