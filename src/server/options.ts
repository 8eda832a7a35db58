/** How to start the platform. `ServerConfig` of the configuration layer fits as it is. */
export interface ServerOptions {
  /** Address to listen on. Anything but loopback needs `tlsCertFile` and `tlsKeyFile`. */
  readonly host: string;
  /** TLS port; 0 = any free one. */
  readonly port: number;
  /** Loopback port without TLS for the browser on the same machine; 0 = any free one, undefined = none. */
  readonly dashboardPort: number | undefined;
  /** Absolute path of the folder of databases, keys and certificates; created where absent. */
  readonly dataDir: string;
  /** PEM files. Both or neither. */
  readonly tlsCertFile: string | undefined;
  readonly tlsKeyFile: string | undefined;
  /** Days that one-minute buckets are kept. */
  readonly retentionMinuteDays: number;
  /** Days that hour and day buckets are kept. */
  readonly retentionDays: number;
  /** Folder of the built dashboard; default: that of the installed @retrace/dashboard. */
  readonly dashboardDir?: string | undefined;
  /** Receives single lines without newline about the server itself: never anything that was received. */
  readonly log?: ((line: string) => void) | undefined;
  /** A request must have arrived whole within this time; default 30 s. */
  readonly requestTimeoutMs?: number | undefined;
  /** Epoch ms; for tests of what expires. */
  readonly now?: (() => number) | undefined;
}

/** A running platform. */
export interface RunningServer {
  /** `https://127.0.0.1:4443`: ingest, API and dashboard. */
  readonly tlsUrl: string;
  /** `http://127.0.0.1:4480`: API and dashboard for a browser on the same machine. */
  readonly dashboardUrl: string | undefined;
  /** PEM of the local certificate authority, for the agent's RETRACE_CA_FILE; undefined with a certificate of one's own. */
  readonly caFile: string | undefined;
  readonly dataDir: string;
  /** On loopback always; elsewhere only at the very first start, the one time it is known. */
  readonly ingestKey: string | undefined;
  /** One-time link, valid for 15 minutes. */
  readonly loginLink: string;
  /** Stops listening, lets requests under way finish, closes the databases. */
  close(): Promise<void>;
}

/** The server cannot start as it is configured. Names the variable, never quotes a value of a secret. */
export class ServerConfigError extends Error {
  /** Exit code of a process that meets it. */
  readonly exitCode = 2;

  constructor(
    readonly variable: string,
    message: string,
  ) {
    super(message);
    this.name = 'ServerConfigError';
  }
}

/** The server cannot start in this data folder. The message says what to do and may name a file. */
export class StartError extends Error {
  readonly exitCode = 1;

  constructor(message: string) {
    super(message);
    this.name = 'StartError';
  }
}
