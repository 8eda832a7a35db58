/**
 * Bytes of request bodies held at the same time over all connections: what 500 runtimes that connect at once may
 * take of the agent's memory. Who comes too much is asked to come back (429), and keeps its batch.
 */
export class BodyBudget {
  private used = 0;

  constructor(private readonly maxBytes: number) {}

  /** @returns false when there is no room; nothing is taken then. */
  tryTake(bytes: number): boolean {
    if (this.used + bytes > this.maxBytes) return false;
    this.used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.used -= bytes;
  }
}
