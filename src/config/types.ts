/** What each process knows about its configuration: plain frozen values, so they can cross to a worker. */

export type LogLevel = 'none' | 'warn' | 'info' | 'debug';

/** The runtime's configuration. Never invalid: a bad value has fallen back to its default with a warning. */
export interface RuntimeConfig {
  /** False: nothing is hooked, no worker starts. */
  readonly enabled: boolean;
  /** Never empty; `unknown_service:node` when nothing names the service. */
  readonly serviceName: string;
  readonly serviceVersion: string | undefined;
  readonly serviceNamespace: string | undefined;
  /** `deployment.environment.name`. */
  readonly environment: string | undefined;
  /** Absolute path of the agent's Unix socket. */
  readonly agentSocket: string;
  readonly exportIntervalSeconds: number;
  /** Names of hooks to leave out, lower case. */
  readonly disabledInstrumentations: readonly string[];
  /** As the user wrote them, trimmed; the signature module parses them. */
  readonly urlTemplates: readonly string[];
  readonly maxSeries: number;
  /** A power of two. */
  readonly ringRecords: number;
  readonly backlogMaxBytes: number;
  readonly logLevel: LogLevel;
}

/** The way to a server, for the agent and for a runtime that sends directly. */
export interface ServerAccess {
  /** Base address without trailing slash (`/v1/metrics` is appended). */
  readonly serverUrl: string;
  /** Set unless `headers` carries an authorization of its own. */
  readonly ingestKey: string | undefined;
  /** Further request headers for the server, lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** PEM file of an additional certificate authority. */
  readonly caFile: string | undefined;
  /** Node's own NODE_EXTRA_CA_CERTS. Needed by name because before Node 22.15 adding a CA would lose it. */
  readonly extraCaFile?: string | undefined;
  /** PEM files of our own certificate and its key: both or neither. */
  readonly clientCertFile?: string | undefined;
  readonly clientKeyFile?: string | undefined;
  /** `http://[user:password@]host:port` of a CONNECT proxy. */
  readonly httpsProxy: string | undefined;
  /** Hosts reached without the proxy, lower case. */
  readonly noProxy: readonly string[];
}

/** The agent's configuration. */
export interface AgentConfig extends Omit<ServerAccess, 'serverUrl'> {
  /** Absolute path of the Unix socket that runtimes write to. */
  readonly socketPath: string;
  /** Loopback TCP port for other OpenTelemetry SDKs; 0 = any free one, undefined = off. */
  readonly otlpPort: number | undefined;
  /** Undefined = nothing leaves this host. */
  readonly serverUrl: string | undefined;
  /** Absolute path. */
  readonly spoolDir: string;
  readonly spoolMaxBytes: number;
  /** Collectors of host health that are not to run; `all` = none runs. */
  readonly disabledCollectors?: readonly string[];
  readonly logLevel: LogLevel;
}

/** The server's configuration; `startServer` of @retrace/server takes it as is. */
export interface ServerConfig {
  readonly host: string;
  /** TLS port; 0 = any free one. */
  readonly port: number;
  /** Loopback port without TLS for the browser; 0 = any free one. */
  readonly dashboardPort: number;
  /** Absolute path. */
  readonly dataDir: string;
  /** Both or neither. */
  readonly tlsCertFile: string | undefined;
  readonly tlsKeyFile: string | undefined;
  readonly retentionMinuteDays: number;
  readonly retentionDays: number;
  readonly logLevel: LogLevel;
}

/** A variable that agent or server cannot start with. The message names it and never quotes its value. */
export class ConfigError extends Error {
  /** Exit code of a process that meets it. */
  readonly exitCode = 2;

  constructor(
    readonly variable: string,
    message: string,
  ) {
    super(message);
    this.name = 'ConfigError';
  }
}
