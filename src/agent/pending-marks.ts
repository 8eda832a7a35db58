import { lstat, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { PENDING_DIR, readPendingFileName } from '../protocol/delivery.js';
import { pidNamespace } from '../transport/pending-mark.js';
import { prepareAppFolder } from './shared-folder.js';

const LOOK_MS = 5_000;
/** A runtime renews its mark with every window, 300 s at most. */
const SILENT_MS = 15 * 60 * 1000;

/**
 * Finds runtimes that ended without handing over their last window: killed, crashed, or ended on a machine too busy
 * to let them. Each has left its mark (transport/pending-mark.ts). What they lost is not known, that they did is.
 */
export class PendingMarks {
  /** Since this agent started. */
  ended = 0;
  private readonly dir: string;
  private readonly namespace = pidNamespace();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;

  constructor(
    socketDir: string,
    private readonly onEnded: (pid: number) => void,
  ) {
    this.dir = join(socketDir, PENDING_DIR);
  }

  start(): void {
    prepareAppFolder(this.dir);
    const look = (): void => {
      this.looking ??= this.look().finally(() => (this.looking = undefined));
    };
    this.timer = setInterval(look, LOOK_MS);
    look();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  private async look(): Promise<void> {
    const names = await readdir(this.dir).catch(() => []);
    for (const name of names) {
      const mark = readPendingFileName(name);
      if (mark === undefined) continue;
      const path = join(this.dir, name);
      try {
        const isHere = mark.namespace === this.namespace && isAlive(mark.pid);
        const isElsewhere = mark.namespace !== this.namespace;
        const { mtimeMs } = await lstat(path);
        if ((isHere || isElsewhere) && Date.now() - mtimeMs < SILENT_MS) continue;
        await unlink(path);
        this.ended += 1;
        this.onEnded(mark.pid);
      } catch {
        // Removed meanwhile: its runtime has handed over.
      }
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
