import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  ConfigError,
  loadAgentConfig,
  loadServerConfig,
  loadUpConfig,
  type AgentConfig,
} from '../../../src/config/load.js';

const folder = mkdtempSync(join(tmpdir(), 'retrace-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The error of a configuration that must not load. */
function refusal(load: () => unknown): ConfigError {
  try {
    load();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error as ConfigError;
  }
  throw new Error('was accepted');
}

describe('loadAgentConfig', () => {
  const withServer = (more: Record<string, string>): AgentConfig =>
    loadAgentConfig({
      RETRACE_SERVER_URL: 'https://apm.example',
      RETRACE_INGEST_KEY: 'rk_secret4711',
      ...more,
    });

  it('knows the collectors of host health by name', () => {
    const load = (names: string): unknown =>
      loadAgentConfig({ RETRACE_DISABLED_COLLECTORS: names }).disabledCollectors;
    expect(load('packages, node_processes')).toEqual(['packages', 'node_processes']);
    expect(load('all')).toEqual(['all']);
    expect(() => load('packages,pakets')).toThrow(/RETRACE_DISABLED_COLLECTORS/);
  });

  it('keeps everything on the host without a server', () => {
    const config = loadAgentConfig({ RETRACE_AGENT_SOCKET: '/run/x/agent.sock' });
    expect(config).toEqual({
      socketPath: '/run/x/agent.sock',
      otlpPort: undefined,
      serverUrl: undefined,
      ingestKey: undefined,
      disabledCollectors: [],
      headers: {},
      caFile: undefined,
      httpsProxy: undefined,
      noProxy: [],
      spoolDir: '/run/x/spool',
      spoolMaxBytes: 268435456,
      logLevel: 'info',
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('refuses http:// and everything that is not https, naming the variable in use', () => {
    const error = refusal(() => withServer({ RETRACE_SERVER_URL: 'http://apm.example' }));
    expect(error.variable).toBe('RETRACE_SERVER_URL');
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain('http:// is refused');
    const otel = refusal(() =>
      loadAgentConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' }),
    );
    expect(otel.variable).toBe('OTEL_EXPORTER_OTLP_ENDPOINT');
    for (const url of [
      'ftp://x',
      'apm.example',
      'https://',
      'https://user:pw4711@x',
      'https://x?q',
    ]) {
      const { variable, message } = refusal(() => withServer({ RETRACE_SERVER_URL: url }));
      expect(variable).toBe('RETRACE_SERVER_URL');
      expect(message).not.toContain('pw4711');
    }
  });

  it('normalizes the address', () => {
    expect(withServer({}).serverUrl).toBe('https://apm.example');
    expect(withServer({ RETRACE_SERVER_URL: 'https://APM.example:443/otlp//' }).serverUrl).toBe(
      'https://apm.example/otlp',
    );
    expect(withServer({ RETRACE_SERVER_URL: 'https://127.0.0.1:4443/' }).serverUrl).toBe(
      'https://127.0.0.1:4443',
    );
  });

  it('needs a key with a server, from a variable, a file or a header', () => {
    const server = { RETRACE_SERVER_URL: 'https://apm.example' };
    expect(refusal(() => loadAgentConfig(server)).variable).toBe('RETRACE_INGEST_KEY');
    const file = join(folder, 'key');
    writeFileSync(file, 'rk_from_file\n');
    expect(loadAgentConfig({ ...server, RETRACE_INGEST_KEY_FILE: file }).ingestKey).toBe(
      'rk_from_file',
    );
    expect(withServer({ RETRACE_INGEST_KEY_FILE: file }).ingestKey).toBe('rk_secret4711');
    const header = { ...server, OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Bearer%20x,x-a=1' };
    expect(loadAgentConfig(header).headers).toEqual({ authorization: 'Bearer x', 'x-a': '1' });
  });

  it.each([
    ['RETRACE_INGEST_KEY', 'two words4711'],
    ['RETRACE_INGEST_KEY_FILE', join(folder, 'absent-4711')],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'x=4711,y'],
    ['RETRACE_OTLP_HEADERS', 'content-length=4711'],
    ['RETRACE_OTLP_HEADERS', 'x-a=4711%0d%0ainjected: 1'],
    ['HTTPS_PROXY', 'socks5://proxy:4711'],
    ['RETRACE_HTTPS_PROXY', 'http://['],
    ['RETRACE_OTLP_PORT', '70000'],
    ['RETRACE_OTLP_PORT', '4711x'],
    ['RETRACE_SPOOL_MAX_BYTES', '4711'],
    ['RETRACE_LOG_LEVEL', 'level4711'],
  ])('refuses a bad %s without quoting it', (variable, text) => {
    const server = { RETRACE_SERVER_URL: 'https://apm.example' };
    const error = refusal(() =>
      variable.startsWith('RETRACE_INGEST')
        ? loadAgentConfig({ ...server, [variable]: text })
        : withServer({ [variable]: text }),
    );
    expect(error.variable).toBe(variable);
    expect(error.message.startsWith(`${variable}: `)).toBe(true);
    expect(error.message).not.toContain('4711');
  });

  it('honours HTTPS_PROXY and NO_PROXY in both cases', () => {
    expect(withServer({ https_proxy: 'proxy:3128', no_proxy: 'A.example, .b' })).toMatchObject({
      httpsProxy: 'http://proxy:3128',
      noProxy: ['a.example', '.b'],
    });
    expect(
      withServer({ HTTPS_PROXY: 'http://u:p@one:1', RETRACE_HTTPS_PROXY: 'http://two:2' })
        .httpsProxy,
    ).toBe('http://two:2');
  });
});

describe('RETRACE_CONFIG_FILE', () => {
  const file = join(folder, 'agent.env');
  const load = (text: string, env: Record<string, string> = {}): AgentConfig => {
    writeFileSync(file, text);
    return loadAgentConfig({ RETRACE_CONFIG_FILE: file, ...env });
  };

  it('adds to the environment, which wins; empty is unset', () => {
    const text = 'RETRACE_SPOOL_MAX_BYTES=2000000\nexport RETRACE_OTLP_PORT="4318"\n';
    expect(load(text)).toMatchObject({ spoolMaxBytes: 2_000_000, otlpPort: 4318 });
    expect(load(text, { RETRACE_OTLP_PORT: '9' }).otlpPort).toBe(9);
    expect(load(text, { RETRACE_OTLP_PORT: '' }).otlpPort).toBe(4318);
  });

  it('refuses a file that is not there and names nobody reads, without quoting more than a name', () => {
    expect(refusal(() => load('RETRACE_SPOOL_MAXBYTES=1')).message).toContain(
      'RETRACE_SPOOL_MAXBYTES in the file is no variable of the agent',
    );
    expect(refusal(() => load('rk_secret4711=1')).message).not.toContain('4711');
    const gone = join(folder, 'gone.env');
    const error = refusal(() => loadAgentConfig({ RETRACE_CONFIG_FILE: gone }));
    expect(error.message).toContain('RETRACE_CONFIG_FILE: the file cannot be read (ENOENT)');
  });

  it('asks for certificate and key together', () => {
    const error = refusal(() => load('RETRACE_CLIENT_CERT_FILE=/x.pem'));
    expect(error.variable).toBe('RETRACE_CLIENT_KEY_FILE');
    const both = 'RETRACE_CLIENT_CERT_FILE=/x.pem\nRETRACE_CLIENT_KEY_FILE=/x.key';
    expect(load(both)).toMatchObject({ clientCertFile: '/x.pem', clientKeyFile: '/x.key' });
  });
});

describe('loadServerConfig', () => {
  it('has the table’s defaults', () => {
    expect(loadServerConfig({})).toEqual({
      host: '127.0.0.1',
      port: 4443,
      dashboardPort: 4480,
      dataDir: join(homedir(), '.retrace'),
      tlsCertFile: undefined,
      tlsKeyFile: undefined,
      retentionMinuteDays: 8,
      retentionDays: 400,
      logLevel: 'info',
    });
  });

  it('needs certificate and key together and refuses bad numbers', () => {
    const one = refusal(() => loadServerConfig({ RETRACE_TLS_CERT_FILE: 'c.pem' }));
    expect(one.variable).toBe('RETRACE_TLS_KEY_FILE');
    const other = refusal(() => loadServerConfig({ RETRACE_TLS_KEY_FILE: 'k.pem' }));
    expect(other.variable).toBe('RETRACE_TLS_CERT_FILE');
    const port = refusal(() => loadServerConfig({ RETRACE_SERVER_PORT: '-1' }));
    expect([port.variable, port.exitCode]).toEqual(['RETRACE_SERVER_PORT', 2]);
    expect(loadServerConfig({ RETRACE_SERVER_PORT: '0' }).port).toBe(0);
  });
});

describe('loadUpConfig', () => {
  it('stays on loopback whatever is meant for other machines, and keeps the rest', () => {
    const { server, agent } = loadUpConfig({
      RETRACE_SERVER_URL: 'http://elsewhere.example',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318',
      RETRACE_INGEST_KEY: 'not a key',
      RETRACE_SERVER_HOST: '0.0.0.0',
      RETRACE_TLS_CERT_FILE: 'alone.pem',
      HTTPS_PROXY: 'socks5://proxy',
      RETRACE_SERVER_PORT: '0',
      RETRACE_OTLP_PORT: '4318',
    });
    expect(server).toMatchObject({ host: '127.0.0.1', port: 0, tlsCertFile: undefined });
    expect(agent).toMatchObject({ serverUrl: undefined, otlpPort: 4318, httpsProxy: undefined });
    expect(refusal(() => loadUpConfig({ RETRACE_OTLP_PORT: 'x' })).variable).toBe(
      'RETRACE_OTLP_PORT',
    );
  });
});
