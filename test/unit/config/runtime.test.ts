import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENV } from '../../../src/config/env.js';
import { defaultAgentSocket, loadRuntimeConfig } from '../../../src/config/load.js';

const APP = { name: 'shop', version: '4.5.6' };

describe('loadRuntimeConfig', () => {
  it('has the table’s defaults and the app’s name without any variable', () => {
    const { config, warnings } = loadRuntimeConfig({}, APP);
    expect(warnings).toEqual([]);
    expect(config).toEqual({
      enabled: true,
      serviceName: 'shop',
      serviceVersion: '4.5.6',
      serviceNamespace: undefined,
      environment: undefined,
      agentSocket: defaultAgentSocket(),
      exportIntervalSeconds: 10,
      disabledInstrumentations: [],
      urlTemplates: [],
      maxSeries: 4000,
      ringRecords: 16384,
      backlogMaxBytes: 8388608,
      logLevel: 'info',
    });
    expect(Object.isFrozen(config)).toBe(true);
    expect(structuredClone(config)).toEqual(config);
  });

  it('ranks RETRACE_* over OTEL_* over resource attributes over package.json', () => {
    const attributes = 'service.name=from-attributes,service.version=9,deployment.environment=prod';
    const all = {
      RETRACE_SERVICE_NAME: 'from-retrace',
      OTEL_SERVICE_NAME: 'from-otel',
      OTEL_RESOURCE_ATTRIBUTES: attributes,
    };
    expect(loadRuntimeConfig(all, APP).config.serviceName).toBe('from-retrace');
    const { RETRACE_SERVICE_NAME: _first, ...second } = all;
    expect(loadRuntimeConfig(second, APP).config.serviceName).toBe('from-otel');
    const { config } = loadRuntimeConfig({ OTEL_RESOURCE_ATTRIBUTES: attributes }, APP);
    expect(config).toMatchObject({
      serviceName: 'from-attributes',
      serviceVersion: '9',
      environment: 'prod',
    });
    expect(loadRuntimeConfig({}, {}).config.serviceName).toBe('unknown_service:node');
  });

  it('takes empty and blank as unset', () => {
    const { config, warnings } = loadRuntimeConfig(
      {
        RETRACE_SERVICE_NAME: '',
        OTEL_SERVICE_NAME: '  ',
        RETRACE_MAX_SERIES: '',
        RETRACE_ENABLED: '',
      },
      APP,
    );
    expect(config).toMatchObject({ serviceName: 'shop', maxSeries: 4000, enabled: true });
    expect(warnings).toEqual([]);
  });

  it.each([
    [{ RETRACE_ENABLED: 'FALSE' }, false],
    [{ RETRACE_ENABLED: 'true', OTEL_SDK_DISABLED: 'true' }, true],
    [{ OTEL_SDK_DISABLED: 'true' }, false],
    [{ OTEL_SDK_DISABLED: 'false' }, true],
  ])('reads %o as enabled = %s', (env, enabled) => {
    const loaded = loadRuntimeConfig(env, APP);
    expect(loaded.config.enabled).toBe(enabled);
    expect(loaded.warnings).toEqual([]);
  });

  it.each(['0', '1', 'no', 'off', 'yes'])(
    'takes only true and false as booleans, not %s',
    (text) => {
      const { config, warnings } = loadRuntimeConfig({ RETRACE_ENABLED: text }, APP);
      expect(config.enabled).toBe(true);
      expect(warnings).toEqual([expect.stringMatching(/^RETRACE_ENABLED: expected true or false/)]);
    },
  );

  it('clamps numbers out of range and falls back for other text, each with one line', () => {
    const { config, warnings } = loadRuntimeConfig(
      {
        RETRACE_EXPORT_INTERVAL_SECONDS: '0',
        RETRACE_MAX_SERIES: '999999999',
        RETRACE_BACKLOG_MAX_BYTES: '8 MB',
        RETRACE_LOG_LEVEL: 'loud',
        OTEL_LOG_LEVEL: 'VERBOSE',
        OTEL_RESOURCE_ATTRIBUTES: 'service.name',
      },
      APP,
    );
    expect(config).toMatchObject({
      exportIntervalSeconds: 1,
      maxSeries: 20_000,
      backlogMaxBytes: 8388608,
      logLevel: 'debug',
      serviceName: 'shop',
    });
    expect(warnings.map((line) => line.split(':')[0]).sort()).toEqual([
      'OTEL_RESOURCE_ATTRIBUTES',
      'RETRACE_BACKLOG_MAX_BYTES',
      'RETRACE_EXPORT_INTERVAL_SECONDS',
      'RETRACE_LOG_LEVEL',
      'RETRACE_MAX_SERIES',
    ]);
  });

  it('rounds the ring up to a power of two', () => {
    const ring = (text: string): number =>
      loadRuntimeConfig({ RETRACE_RING_RECORDS: text }, APP).config.ringRecords;
    expect([ring('1024'), ring('1025'), ring('16384'), ring('1048576')]).toEqual([
      1024, 2048, 16384, 1048576,
    ]);
  });

  it('reads lists and decodes resource attributes', () => {
    const { config } = loadRuntimeConfig(
      {
        OTEL_NODE_DISABLED_INSTRUMENTATIONS: ' Undici, express ,,',
        RETRACE_URL_TEMPLATES: 'api.stripe.com/v1/customers/:id,/x/:y',
        OTEL_RESOURCE_ATTRIBUTES: 'service.name=a%2Cb%20c, service.namespace = team ',
        RETRACE_AGENT_SOCKET: 'relative.sock',
      },
      APP,
    );
    expect(config).toMatchObject({
      disabledInstrumentations: ['undici', 'express'],
      urlTemplates: ['api.stripe.com/v1/customers/:id', '/x/:y'],
      serviceName: 'a,b c',
      serviceNamespace: 'team',
      agentSocket: join(process.cwd(), 'relative.sock'),
    });
  });

  it('keeps users apart below the temporary folder', () => {
    expect([
      join(tmpdir(), `retrace-${process.getuid?.()}`, 'agent.sock'),
      '/var/run/retrace/agent.sock',
    ]).toContain(defaultAgentSocket());
  });

  it('never throws, stays in the table’s bounds and never quotes a value, whatever the variables hold', () => {
    const names = Object.values(ENV).flatMap((row) => [row.name, ...row.fallbacks]);
    const env = fc.dictionary(
      fc.constantFrom(...names),
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('secret-4711', '-1', '1e9', 'true', '=', 'a=%'),
      ),
    );
    fc.assert(
      fc.property(env, (variables) => {
        const { config, warnings } = loadRuntimeConfig(variables, APP);
        expect(config.serviceName).not.toBe('');
        for (const key of ['exportIntervalSeconds', 'maxSeries', 'backlogMaxBytes'] as const) {
          const { min, max } = ENV[key].value;
          expect(config[key]).toBeGreaterThanOrEqual(min);
          expect(config[key]).toBeLessThanOrEqual(max);
        }
        for (const line of warnings) {
          expect(line).toMatch(/^(RETRACE|OTEL)_[A-Z_]+: [\x20-\x7e]+$/);
          expect(line).not.toContain('secret');
        }
      }),
    );
  });
});
