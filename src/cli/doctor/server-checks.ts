import type { AgentConfig } from '../../config/types.js';
import { describeWay } from '../../transport/describe-way.js';
import {
  createDestination,
  DestinationError,
  EMPTY_PAYLOAD,
  postBatch,
} from '../../transport/destination.js';
import {
  connectTo,
  ConnectError,
  endpointOf,
  inspectTls,
  type TlsFacts,
  type TlsTarget,
} from '../../transport/inspect-tls.js';
import { type Check, type Examination, fail, type Finding, ok, skip, warn } from './types.js';

const CONNECT_MS = 8000;
const ANSWER_MS = 8000;
const DAY_MS = 86_400_000;
const SOON_DAYS = 14;
/** Windows further ahead than 5 minutes are counted as received now: see the server's translation. */
const BAD_SKEW_MS = 300_000;
const SKEW_MS = 30_000;

interface Access {
  readonly config: AgentConfig;
  readonly target: TlsTarget;
  readonly place: string;
}

function accessOf({ config }: Examination): Access | undefined {
  if (config?.serverUrl === undefined) return undefined;
  const url = new URL(config.serverUrl);
  const { caFile, extraCaFile, httpsProxy, noProxy } = config;
  const proxy = httpsProxy === undefined ? undefined : new URL(httpsProxy);
  const { host, port } = endpointOf(url);
  return { config, place: `${host}:${port}`, target: { url, proxy, noProxy, caFile, extraCaFile } };
}

const NO_SERVER = skip('no RETRACE_SERVER_URL in this environment');

export const proxyCheck: Check = {
  name: 'proxy',
  deadlineMs: CONNECT_MS + 2000,
  run: async (examination) => {
    const access = accessOf(examination);
    if (access === undefined) return NO_SERVER;
    const { config, target, place } = access;
    const serverUrl = target.url.href;
    const { proxy } = describeWay({ ...config, serverUrl });
    if (proxy === undefined) {
      return ok(
        config.httpsProxy === undefined ? 'none: direct connection' : 'not used for this server',
      );
    }
    try {
      (await connectTo(target, CONNECT_MS)).destroy();
      return ok(`${proxy} opens a tunnel to ${place}`);
    } catch (error) {
      return proxyTrouble(error, proxy, place, target.proxy?.username !== '');
    }
  },
};

function proxyTrouble(error: unknown, proxy: string, place: string, named: boolean): Finding {
  const code = error instanceof ConnectError ? error.code : 'UNKNOWN';
  if (code === 'PROXY_407') {
    const fix = named
      ? 'correct user and password in RETRACE_HTTPS_PROXY (HTTPS_PROXY)'
      : 'put user and password into RETRACE_HTTPS_PROXY: http://user:password@proxy:port';
    return fail(`the proxy ${proxy} wants authentication (407)`, fix);
  }
  const status = /^PROXY_(\d{3})$/.exec(code)?.[1];
  if (status !== undefined) {
    return fail(
      `the proxy ${proxy} refuses the tunnel (${status})`,
      `have the proxy allow CONNECT to ${place}`,
    );
  }
  if (code.startsWith('PROXY_')) {
    return fail(
      `what answers at ${proxy} is no CONNECT proxy (${code})`,
      'correct RETRACE_HTTPS_PROXY (HTTPS_PROXY)',
    );
  }
  return fail(
    `the proxy ${proxy} cannot be reached (${code})`,
    'correct host and port in RETRACE_HTTPS_PROXY (HTTPS_PROXY), or start the proxy',
  );
}

export const tlsCheck: Check = {
  name: 'tls',
  deadlineMs: 2 * CONNECT_MS + 2000,
  run: async (examination) => {
    const access = accessOf(examination);
    if (access === undefined) return NO_SERVER;
    const { target, place } = access;
    try {
      // Says which file cannot be used, before anything is connected to.
      createDestination({ ...access.config, serverUrl: target.url.href }).poster.close();
    } catch (error) {
      if (!(error instanceof DestinationError)) throw error;
      return fail(error.message, `correct ${error.variable}`);
    }
    let socket;
    try {
      socket = await connectTo(target, CONNECT_MS);
    } catch (error) {
      const code = error instanceof ConnectError ? error.code : 'UNKNOWN';
      if (code.startsWith('PROXY_') || describeProxy(access))
        return skip('the proxy stands before it');
      return fail(`${place} cannot be reached (${code})`, reachFix(code, place));
    }
    try {
      const facts = await inspectTls(socket, target, CONNECT_MS);
      examination.connected = facts.problem === undefined;
      return judgeChain(facts, place);
    } catch (error) {
      const code = error instanceof ConnectError ? error.code : 'UNKNOWN';
      return fail(
        `${place} does not speak TLS 1.2 or newer (${code})`,
        'put the server’s TLS port into RETRACE_SERVER_URL',
      );
    }
  },
};

function describeProxy({ config, target }: Access): boolean {
  return describeWay({ ...config, serverUrl: target.url.href }).proxy !== undefined;
}

function reachFix(code: string, place: string): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return 'correct the host in RETRACE_SERVER_URL, or this host’s DNS';
  }
  if (code === 'ECONNREFUSED') return 'correct the port in RETRACE_SERVER_URL, or start the server';
  return `open outbound TCP to ${place} in the firewall, or set RETRACE_HTTPS_PROXY`;
}

const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

function judgeChain({ protocol, certificate, problem }: TlsFacts, place: string): Finding {
  const { subject, issuer, names, validToMs } = certificate;
  const until = new Date(validToMs).toISOString().slice(0, 10);
  const days = Math.floor((validToMs - Date.now()) / DAY_MS);
  const facts = `${subject}, issued by ${issuer}, valid until ${until}`;
  if (problem === undefined) {
    const text = `${protocol}, ${facts} (${days} days)`;
    return days >= SOON_DAYS
      ? ok(text)
      : warn(text, `renew the certificate of ${place} before ${until}`);
  }
  const text = `the certificate of ${place} is refused (${problem}): ${facts}`;
  if (problem === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return fail(`${text}; for ${names}`, 'use a name of the certificate in RETRACE_SERVER_URL');
  }
  if (problem === 'CERT_HAS_EXPIRED') return fail(text, `renew the certificate of ${place}`);
  if (problem === 'CERT_NOT_YET_VALID') return fail(text, 'correct this host’s clock');
  if (problem === 'CERT_REVOKED') {
    return fail(text, `give ${place} a certificate of an authority that is not revoked`);
  }
  if (UNKNOWN_AUTHORITY.has(problem)) {
    return fail(
      text,
      'if that is the right authority, put its certificate (PEM) into a file and name it in RETRACE_CA_FILE',
    );
  }
  return fail(text, 'have the server’s certificate chain corrected');
}

export const keyCheck: Check = {
  name: 'key',
  deadlineMs: ANSWER_MS + 2000,
  run: async (examination) => {
    const access = accessOf(examination);
    if (access === undefined) return NO_SERVER;
    if (!examination.connected) return skip('needs a trusted connection');
    const { config, target, place } = access;
    const destination = createDestination({ ...config, serverUrl: target.url.href });
    try {
      const askedMs = Date.now();
      // Nothing in it: the server knows the key by it and stores nothing.
      const batch = { payload: EMPTY_PAYLOAD, userAgent: 'retrace-doctor' };
      const outcome = await postBatch(destination, batch, ANSWER_MS);
      const { dateMs } = outcome;
      // The header has whole seconds: the middle of both is the best guess.
      if (dateMs !== undefined) {
        examination.skewMs = dateMs + 500 - (askedMs + Date.now()) / 2;
      }
      if (outcome.kind === 'committed') return ok(`${place} accepts the ingest key`);
      if (outcome.kind === 'retry' && outcome.key) {
        return fail(
          `${place} does not accept the ingest key (${outcome.why})`,
          'put the key that the server printed into RETRACE_INGEST_KEY (or RETRACE_INGEST_KEY_FILE)',
        );
      }
      const why = outcome.kind === 'retry' ? outcome.why : `HTTP ${outcome.status}`;
      return keyTrouble(why, place);
    } finally {
      destination.poster.close();
    }
  },
};

function keyTrouble(why: string, place: string): Finding {
  if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE/.test(why)) {
    return fail(
      `${place} wants a client certificate (${why})`,
      'set RETRACE_CLIENT_CERT_FILE and RETRACE_CLIENT_KEY_FILE to one that it accepts',
    );
  }
  if (/^HTTP (429|5\d\d)/.test(why)) {
    return warn(
      `${place} takes nothing just now (${why})`,
      'try again later, and see the server’s log',
    );
  }
  if (why.startsWith('HTTP ')) {
    return fail(
      `what answers at ${place} is no Retrace server (${why})`,
      'correct RETRACE_SERVER_URL',
    );
  }
  return fail(
    `${place} did not answer (${why})`,
    'see the server’s log, or that of what stands before it',
  );
}

export const clockCheck: Check = {
  name: 'clock',
  deadlineMs: 1000,
  run: (examination) => {
    const { skewMs } = examination;
    if (skewMs === undefined) return skip('needs an answer of the server');
    const seconds = Math.round(Math.abs(skewMs) / 1000);
    if (Math.abs(skewMs) < SKEW_MS) return ok(`within ${Math.max(1, seconds)} s of the server’s`);
    const text = `this host’s clock is ${seconds} s ${skewMs > 0 ? 'behind' : 'ahead of'} the server’s`;
    const fix = 'synchronize this host’s clock (systemd-timesyncd, chrony)';
    return Math.abs(skewMs) < BAD_SKEW_MS ? warn(text, fix) : fail(text, fix);
  },
};
