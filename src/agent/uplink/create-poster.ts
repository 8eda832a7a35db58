import { ConfigError, type AgentConfig } from '../../config/types.js';
import { TlsPoster } from '../../transport/tls-post.js';
import { type OwnCertificate, readOwnCertificate } from '../../transport/tls-trust.js';

export interface Destination {
  poster: TlsPoster;
  basePath: string;
  ingestKey: string | undefined;
  headers: Readonly<Record<string, string>>;
}

/**
 * @returns undefined when no server, or no way to prove who we are, is configured: local mode.
 * @throws ConfigError naming the variable: not https, unusable CA file, own certificate or proxy.
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
  const own = ownCertificate(config);
  try {
    const poster = new TlsPoster({ url, caFile, extraCaFile, own, proxy, noProxy });
    return { poster, basePath: url.pathname.replace(/\/+$/, ''), ingestKey, headers };
  } catch (error) {
    const why = error instanceof Error && caFile !== undefined ? error.message : 'unusable';
    throw new ConfigError('RETRACE_CA_FILE', `RETRACE_CA_FILE: ${why}`);
  }
}

function ownCertificate({
  clientCertFile,
  clientKeyFile,
}: AgentConfig): OwnCertificate | undefined {
  if (clientCertFile === undefined || clientKeyFile === undefined) return undefined;
  try {
    return readOwnCertificate(clientCertFile, clientKeyFile);
  } catch (error) {
    const variable = 'RETRACE_CLIENT_CERT_FILE';
    throw new ConfigError(variable, `${variable}: ${(error as Error).message}`);
  }
}

function parse(variable: string, text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new ConfigError(variable, `${variable}: not a URL`);
  }
}
