import type { Count, Losses } from './spool/loss-ledger.js';

export type { Count, Losses } from './spool/loss-ledger.js';

/**
 * What GET /v1/status on the agent's socket answers. Counts are since this agent started and always satisfy, for
 * batches, for records and for waterfalls alike:
 *
 *   recovered + received + own = committed + spooled + sum of dropped
 */
export interface AgentStatus {
  agentId: string;
  pid: number;
  startedAtMs: number;
  /** `local`: no server is configured, data stays on this host. */
  mode: 'server' | 'local';
  counts: {
    /** Found in the spool at start. */
    recovered: Count;
    /** Taken from senders, duplicates apart. */
    received: Count;
    /** The agent's own: reports of its losses, host health. */
    own: Count;
    /** Batches that had been taken before; not part of the sum. */
    duplicates: number;
    /** In the spool, not yet delivered. */
    spooled: Count;
    committed: Count;
    /** By reason. */
    dropped: Losses;
  };
  /** Runtimes (threads that serve count as one each) whose batches came lately. */
  runtimes: { heardOf: number; withinSeconds: number };
  /** Requests answered with an error, by code. */
  refused: Record<string, number>;
  /** `missing`: runtimes that ended, mostly killed, without leaving their last window; what it held is not known. */
  handover: { taken: number; malformed: number; missing: number };
  spool: { bytes: number; maxBytes: number };
  uplink: UplinkStatus;
  /** Where data goes; undefined = nowhere. */
  server: { address: string; proxy: string | undefined; clientCertificate: boolean } | undefined;
  /** SIGHUPs so far; `lastProblem` names the variable because of which the last one changed nothing, '' = none. */
  reloads: { count: number; lastMs: number; lastProblem: string };
}

export interface UplinkStatus {
  state: 'off' | 'idle' | 'sending' | 'waiting';
  attempts: number;
  sentBytes: number;
  lastSuccessMs: number;
  /** Why the last attempt failed: an error code or `HTTP 503`; '' after a success. */
  lastFailure: string;
  consecutiveFailures: number;
}
