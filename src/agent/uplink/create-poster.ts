import { ConfigError, type AgentConfig } from '../../config/types.js';
import { TlsPoster } from '../../transport/tls-post.js';

export interface Destination {
  poster: TlsPoster;
  basePath: string;
}

/**
 * @returns undefined when no server, or no way to prove who we are, is configured: local mode.
 * @throws ConfigError naming the variable: not https, unusable CA file or proxy.
 */
export function createDestination(config: AgentConfig): Destination | undefined {
  const { serverUrl, ingestKey, headers, caFile, extraCaFile, httpsProxy, noProxy } = config;
  if (serverUrl === undefined) return undefined;
  const url = parse('RETRACE_SERVER_URL', serverUrl);
  if (url.protocol !== 'https:') {
    throw new ConfigError('RETRACE_SERVER_URL', 'RETRACE_SERVER_URL: only https:// is accepted');
  }
  if (ingestKey === undefined && headers['authorization'] === undefined) return undefined;
  const proxy = httpsProxy === undefined ? undefined : parse('RETRACE_HTTPS_PROXY', httpsProxy);
  if (proxy !== undefined && proxy.protocol !== 'http:' && proxy.protocol !== 'https:') {
    throw new ConfigError(
      'RETRACE_HTTPS_PROXY',
      'RETRACE_HTTPS_PROXY: only http:// and https:// are proxies',
    );
  }
  try {
    const poster = new TlsPoster({ url, caFile, extraCaFile, proxy, noProxy });
    return { poster, basePath: url.pathname.replace(/\/+$/, '') };
  } catch (error) {
    const why = error instanceof Error && caFile !== undefined ? error.message : 'unusable';
    throw new ConfigError('RETRACE_CA_FILE', `RETRACE_CA_FILE: ${why}`);
  }
}

function parse(variable: string, text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new ConfigError(variable, `${variable}: not a URL`);
  }
}
