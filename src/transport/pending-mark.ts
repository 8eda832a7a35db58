import { readdirSync, readlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PENDING_DIR, pendingFileName } from '../protocol/delivery.js';
import { trustedFolder } from './handover.js';

/** More threads than serve on one host; past it, processes are not marked and what a crash loses is not said. */
const MAX_MARKS = 512;

/**
 * An empty file beside the agent's socket, there as long as this thread's runtime holds what nobody else has. A process
 * that is killed says nothing any more; its mark does: the agent finds it without its process and counts it.
 */
export class PendingMark {
  readonly #folder: () => string | undefined;
  readonly #name: string;

  constructor(socketPath: string, instanceId: string) {
    this.#folder = () => trustedFolder(socketPath, PENDING_DIR);
    this.#name = pendingFileName(process.pid, pidNamespace(), instanceId);
  }

  /** Sets the mark, or says that its process is still there. Never throws. */
  set(): void {
    try {
      const folder = this.#folder();
      if (folder === undefined || readdirSync(folder).length >= MAX_MARKS) return;
      writeFileSync(join(folder, this.#name), '', { mode: 0o640 });
    } catch {
      // No place for it: then a killed process is not noticed, as without an agent.
    }
  }

  /** Never throws. */
  remove(): void {
    try {
      const folder = this.#folder();
      if (folder !== undefined) unlinkSync(join(folder, this.#name));
    } catch {
      // It was never set.
    }
  }
}

/** Process ids mean something within one of these only (Linux; '0' elsewhere). */
export function pidNamespace(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
}
