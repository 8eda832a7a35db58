import type { ChildProcess } from 'node:child_process';

export interface EmbeddedPostgres {
  host: string;
  port: number;
  user: string;
  database: string;
  /** Temporary folder; removed by `stop`. */
  dir: string;
  child: ChildProcess;
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  detached?: boolean;
  settings?: readonly string[];
  onSpawn?: (child: ChildProcess, dir: string) => void;
}

export function startEmbeddedPostgres(options?: EmbeddedPostgresOptions): Promise<EmbeddedPostgres>;
