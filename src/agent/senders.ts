/** A runtime without traffic sends nothing; one with the longest window (300 s) still counts as there. */
export const SENDER_SECONDS = 300;
/** More than a host has; past it the oldest are forgotten. */
const MAX_SENDERS = 4096;

/** Which runtimes have been heard of lately, by the instance in their batches' keys. */
export class Senders {
  private readonly heardMs = new Map<string, number>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** @param batchKey `<instance id>:<sequence>`; senders without one are not counted. */
  heard(batchKey: string | undefined): void {
    if (batchKey === undefined) return;
    const instance = batchKey.slice(0, batchKey.lastIndexOf(':'));
    // Last again, so that the first of the map is the one heard of longest ago.
    this.heardMs.delete(instance);
    this.heardMs.set(instance, this.now());
    const [oldest] = this.heardMs.keys();
    if (this.heardMs.size > MAX_SENDERS && oldest !== undefined) this.heardMs.delete(oldest);
  }

  get count(): number {
    const since = this.now() - SENDER_SECONDS * 1000;
    for (const [instance, atMs] of this.heardMs) {
      if (atMs >= since) break;
      this.heardMs.delete(instance);
    }
    return this.heardMs.size;
  }
}
