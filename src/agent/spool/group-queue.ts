/** Written with one fdatasync; bounds the memory of a burst. */
export const MAX_GROUP_BYTES = 8 * 1024 * 1024;

interface Waiting<T> {
  entry: T;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** Group commit: entries that come while a group is being written make up the next one. */
export class GroupQueue<T> {
  private readonly waiting: Waiting<T>[] = [];
  private pumping: Promise<void> | undefined;

  /** @param write stores a group; when it fails, every entry of the group fails with its error. */
  constructor(
    private readonly bytesOf: (entry: T) => number,
    private readonly maxGroupBytes: number,
    private readonly write: (entries: readonly T[]) => Promise<void>,
  ) {}

  /** Resolves once the entry's group is written. */
  push(entry: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ entry, resolve, reject });
      this.pumping ??= this.pump();
    });
  }

  /** Resolves when nothing is waiting or being written. */
  async idle(): Promise<void> {
    await this.pumping;
  }

  private async pump(): Promise<void> {
    while (this.waiting.length > 0) {
      const group = this.takeGroup();
      try {
        await this.write(group.map(({ entry }) => entry));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    // In the same turn as the last look at the queue: a push that follows must start the next pump.
    this.pumping = undefined;
  }

  private takeGroup(): Waiting<T>[] {
    let bytes = 0;
    let count = 0;
    for (const { entry } of this.waiting) {
      bytes += this.bytesOf(entry);
      if (count > 0 && bytes > this.maxGroupBytes) break;
      count += 1;
    }
    return this.waiting.splice(0, count);
  }
}
