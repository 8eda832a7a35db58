import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { EnvReader, type Environment, type Found } from './env-reader.js';
import { parseKeyValueList } from './key-value-list.js';
import { refuse } from './refuse.js';
import { ENV } from './env.js';
import { ConfigError, type ServerAccess } from './types.js';

/**
 * Where data goes and by which way; `serverUrl` undefined = nowhere.
 * @param reader must refuse bad values.
 * @throws ConfigError for the first bad variable.
 */
export function readServerAccess(
  reader: EnvReader,
  env: Environment,
): Omit<ServerAccess, 'serverUrl'> & { serverUrl: string | undefined } {
  const serverUrl = readServerUrl(reader);
  const ingestKey = readIngestKey(reader);
  const headers = readHeaders(reader);
  if (serverUrl !== undefined && ingestKey === undefined && headers.authorization === undefined) {
    refuse(
      ENV.ingestKey.name,
      `needed with ${ENV.serverUrl.name}; the server printed it (or use ${ENV.ingestKeyFile.name})`,
    );
  }
  const caFile = reader.text('caFile');
  return {
    serverUrl,
    ingestKey,
    headers,
    caFile: caFile === undefined ? undefined : resolve(caFile),
    extraCaFile: env['NODE_EXTRA_CA_CERTS'] || undefined,
    ...readClientFiles(reader),
    httpsProxy: readProxy(reader),
    noProxy: Object.freeze(reader.list('noProxy').map((host) => host.toLowerCase())),
  };
}

/**
 * The same for a runtime that sends directly. Never throws: with a bad value it sends to an agent, and the warning says
 * which variable is at fault.
 */
export function loadDirectAccess(env: Environment = process.env): {
  access: ServerAccess | undefined;
  warning: string | undefined;
} {
  try {
    const { serverUrl, ...rest } = readServerAccess(new EnvReader(env, refuse), env);
    const access = serverUrl === undefined ? undefined : { ...rest, serverUrl };
    return { access, warning: undefined };
  } catch (error) {
    const problem =
      error instanceof ConfigError ? error.message : `${ENV.serverUrl.name}: unusable`;
    return { access: undefined, warning: `${problem}; sending to an agent instead` };
  }
}

function readClientFiles(
  reader: EnvReader,
): Pick<ServerAccess, 'clientCertFile' | 'clientKeyFile'> | undefined {
  const cert = reader.found('clientCertFile')[0];
  const key = reader.found('clientKeyFile')[0];
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined) refuse(ENV.clientCertFile.name, `needed with ${key?.variable}`);
  if (key === undefined) refuse(ENV.clientKeyFile.name, `needed with ${cert.variable}`);
  return { clientCertFile: resolve(cert.text), clientKeyFile: resolve(key.text) };
}

function readServerUrl(reader: EnvReader): string | undefined {
  const found = reader.found('serverUrl')[0];
  if (found === undefined) return undefined;
  const url = parseUrl(found);
  if (url.protocol === 'http:') {
    refuse(found.variable, 'http:// is refused: data leaves this host over TLS only; use https://');
  }
  if (url.protocol !== 'https:') refuse(found.variable, 'expected an https:// address');
  if (url.username !== '' || url.password !== '') {
    refuse(found.variable, `must not hold credentials; use ${ENV.ingestKey.name}`);
  }
  if (url.search !== '' || url.hash !== '') refuse(found.variable, 'must not hold a query');
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function readProxy(reader: EnvReader): string | undefined {
  const found = reader.found('httpsProxy')[0];
  if (found === undefined) return undefined;
  // `proxy:3128` without a scheme is as common as the full form.
  const full = found.text.includes('://') ? found.text : `http://${found.text}`;
  const url = parseUrl({ ...found, text: full });
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    refuse(found.variable, 'expected the http:// address of a CONNECT proxy');
  }
  return full;
}

function readIngestKey(reader: EnvReader): string | undefined {
  const given = reader.found('ingestKey')[0];
  const file = reader.found('ingestKeyFile')[0];
  const found = given ?? (file === undefined ? undefined : readKeyFile(file));
  if (found === undefined) return undefined;
  // What may stand in an HTTP header; a key with a line break would be refused far from its cause.
  if (!/^[\x21-\x7e]{1,512}$/.test(found.text)) refuse(found.variable, 'holds no ingest key');
  return found.text;
}

function readKeyFile(file: Found): Found {
  try {
    return { variable: file.variable, text: readFileSync(file.text, 'utf8').trim() };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    return refuse(file.variable, `the file cannot be read (${code})`);
  }
}

/** What the delivery itself sets; a second one would break it. */
const OWN_HEADERS =
  /^(host|connection|content-.*|transfer-encoding|te|upgrade|expect|retrace-.*|proxy-.*)$/;

function readHeaders(reader: EnvReader): Readonly<Record<string, string>> {
  const found = reader.found('otlpHeaders')[0];
  const headers: Record<string, string> = {};
  for (const [key, value] of parseKeyValueList(found, refuse)) {
    const name = key.toLowerCase();
    const usable = /^[a-z0-9!#$%&'*+.^`|~-]+$/.test(name) && /^[\x20-\x7e]*$/.test(value);
    if (!usable || OWN_HEADERS.test(name)) {
      refuse(found?.variable ?? ENV.otlpHeaders.name, 'holds a header that cannot be sent');
    }
    headers[name] = value;
  }
  return Object.freeze(headers);
}

function parseUrl(found: Found): URL {
  try {
    return new URL(found.text);
  } catch {
    return refuse(found.variable, 'no valid address');
  }
}
