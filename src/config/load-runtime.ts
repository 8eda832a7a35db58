import { RESOURCE } from '../core/semconv.js';
import { findAppPackage, type AppPackage } from './app-package.js';
import { absolute, defaultAgentSocket, isSocket } from './default-paths.js';
import { EnvReader, type Environment, type OnProblem } from './env-reader.js';
import { parseKeyValueList } from './key-value-list.js';
import { readLogLevel } from './log-level.js';
import { ENV } from './env.js';
import type { RuntimeConfig } from './types.js';

/** OpenTelemetry's name for a service that nobody named. */
const UNKNOWN_SERVICE = 'unknown_service:node';

/**
 * The runtime's configuration from the environment. Never throws: a bad value falls back and gives one
 * line that names the variable and never quotes its value.
 * `direct`: the way to the server is to be loaded, too (load-server-access.ts, which apps with an agent never need).
 *
 * @param appPackage what the app's package.json says; looked up when absent.
 */
export function loadRuntimeConfig(
  env: Environment = process.env,
  appPackage?: AppPackage,
): { config: RuntimeConfig; warnings: string[]; direct: boolean } {
  const warnings: string[] = [];
  const onProblem: OnProblem = (variable, problem) => {
    warnings.push(`${variable}: ${problem}; using the fallback`);
  };
  const reader = new EnvReader(env, onProblem);
  const resource = parseKeyValueList(reader.found('resourceAttributes')[0], onProblem);
  const named = reader.text('serviceName') ?? filled(resource.get(RESOURCE.serviceName));
  const app = appPackage ?? findAppPackage(process.argv[1]);
  const agentSocket = absolute(reader.text('agentSocket'), defaultAgentSocket);
  const config: RuntimeConfig = Object.freeze({
    enabled: readEnabled(reader),
    serviceName: named ?? filled(app.name) ?? UNKNOWN_SERVICE,
    serviceVersion: filled(resource.get(RESOURCE.serviceVersion)) ?? filled(app.version),
    serviceNamespace: filled(resource.get(RESOURCE.serviceNamespace)),
    environment:
      reader.text('environment') ??
      filled(resource.get(RESOURCE.deploymentEnvironmentName)) ??
      // The name before semantic conventions 1.27; many deployments still set it.
      filled(resource.get('deployment.environment')),
    agentSocket,
    exportIntervalSeconds: reader.integer('exportIntervalSeconds') as number,
    disabledInstrumentations: Object.freeze(
      reader.list('disabledInstrumentations').map((name) => name.toLowerCase()),
    ),
    urlTemplates: Object.freeze(reader.list('urlTemplates')),
    maxSeries: reader.integer('maxSeries') as number,
    // The ring masks positions instead of dividing.
    ringRecords: 2 ** Math.ceil(Math.log2(reader.integer('ringRecords') as number)),
    backlogMaxBytes: reader.integer('backlogMaxBytes') as number,
    logLevel: readLogLevel(reader),
  });
  return { config, warnings, direct: wantsDirect(reader, agentSocket) };
}

/**
 * Whether this process is to send to a server by itself. RETRACE_AGENT_SOCKET, if stated, wins; so does an agent's
 * socket at the default place. Only the variable's own name counts here: OTEL_EXPORTER_OTLP_ENDPOINT is often set for
 * another SDK in the same process, and where that one sends is not where our data may go unasked.
 */
function wantsDirect(reader: EnvReader, agentSocket: string): boolean {
  if (reader.found('serverUrl')[0]?.variable !== ENV.serverUrl.name) return false;
  return reader.text('agentSocket') === undefined && !isSocket(agentSocket);
}

function readEnabled(reader: EnvReader): boolean {
  for (const found of reader.found('enabled')) {
    const value = reader.boolean(found);
    // The one name with the opposite meaning.
    if (value !== undefined) return found.variable === 'OTEL_SDK_DISABLED' ? !value : value;
  }
  return true;
}

function filled(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}
