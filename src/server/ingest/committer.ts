import type { Batch, CommitResult, TenantStore } from '../store/store.js';

/** Batches that arrive within this time share one transaction, and with it one wait for the disk. */
const GATHER_MS = 5;
/** Bound of one transaction, so that the loop is never held for long. */
const MAX_BATCHES = 32;

interface Waiting {
  batch: Batch;
  resolve(result: CommitResult): void;
  reject(error: unknown): void;
}

/** Gathers the batches of one tenant into few transactions. A batch is answered after it is on disk. */
export class Committer {
  private waiting: Waiting[] = [];
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly store: TenantStore) {}

  commit(batch: Batch): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ batch, resolve, reject });
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        this.running = this.running.then(() => this.flush());
      }, GATHER_MS);
    });
  }

  private async flush(): Promise<void> {
    while (this.waiting.length > 0) {
      const group = this.waiting.splice(0, MAX_BATCHES);
      try {
        const results = await this.store.commit(group.map(({ batch }) => batch));
        group.forEach(({ resolve }, i) => resolve(results[i] as CommitResult));
      } catch {
        // One batch that cannot be stored must not take its neighbours with it.
        for (const { batch, resolve, reject } of group) {
          await this.store
            .commit([batch])
            .then(([result]) => resolve(result as CommitResult), reject);
        }
      }
    }
  }

  /** Resolves once everything handed over so far is answered. */
  async drain(): Promise<void> {
    while (this.timer !== undefined || this.waiting.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
      await this.running;
    }
    await this.running;
  }
}
