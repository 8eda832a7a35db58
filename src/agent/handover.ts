import { type FSWatcher, watch } from 'node:fs';
import { constants } from 'node:fs';
import { lstat, open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import {
  HANDOVER_DIR,
  MAX_BODY_BYTES,
  parseHandoverFileName,
  type Signal,
} from '../protocol/delivery.js';
import { Refusal } from './receiver/refusal.js';
import { prepareAppFolder } from './shared-folder.js';

/** fs.watch is a hint that network and overlay file systems do not give. */
const POLL_MS = 2_000;
/** A runtime writes its temporary file in milliseconds; one this old was left by a process that died on it. */
const ORPHAN_MS = 60 * 60 * 1000;

/** @throws Refusal when the content is not OTLP, anything else when it cannot be stored now. */
export type TakeHandover = (body: Buffer, batchKey: string, signal: Signal) => Promise<void>;

/**
 * Picks up what exiting runtimes left beside the socket. A file is deleted once its content is on the spool's disk;
 * one that is malformed, too large or not a plain file is deleted and counted, never kept: nobody cleaned it.
 */
export class HandoverPickup {
  readonly counts = { taken: 0, malformed: 0 };
  private readonly dir: string;
  private watcher: FSWatcher | undefined;
  private timer: NodeJS.Timeout | undefined;
  private scanning: Promise<void> | undefined;
  private again = false;
  private stopped = false;

  constructor(
    socketDir: string,
    private readonly take: TakeHandover,
    private readonly onProblem: (code: string) => void,
  ) {
    this.dir = join(socketDir, HANDOVER_DIR);
  }

  start(): void {
    prepareAppFolder(this.dir);
    try {
      this.watcher = watch(this.dir, () => this.scan());
      this.watcher.on('error', () => undefined);
    } catch {
      // No watches left on this host: polling alone is enough.
    }
    this.timer = setInterval(() => this.scan(), POLL_MS);
    this.scan();
  }

  /** Waits for the file that is being taken. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.watcher?.close();
    clearInterval(this.timer);
    await this.scanning;
  }

  private scan(): void {
    if (this.stopped) return;
    if (this.scanning !== undefined) {
      this.again = true;
      return;
    }
    this.scanning = this.takeAll()
      .catch((error: NodeJS.ErrnoException) => this.onProblem(error.code ?? 'error'))
      .finally(() => {
        this.scanning = undefined;
        if (!this.again) return;
        this.again = false;
        this.scan();
      });
  }

  private async takeAll(): Promise<void> {
    const names = await readdir(this.dir);
    const files = names
      .flatMap((name) => {
        const parsed = parseHandoverFileName(name);
        return parsed === undefined ? [] : [{ name, ...parsed }];
      })
      .sort((a, b) =>
        a.instanceId < b.instanceId
          ? -1
          : a.instanceId > b.instanceId
            ? 1
            : a.sequence - b.sequence,
      );
    for (const { name, instanceId, sequence, signal } of files) {
      if (this.stopped) return;
      try {
        await this.takeFile(join(this.dir, name), `${instanceId}:${sequence}`, signal);
      } catch (error) {
        // A full disk or a file of another user: it stays, is tried again, and holds nobody else up.
        this.onProblem((error as NodeJS.ErrnoException).code ?? 'error');
      }
    }
    for (const name of names.filter((file) => file.endsWith('.tmp'))) {
      await this.deleteOrphan(join(this.dir, name));
    }
  }

  private async takeFile(path: string, batchKey: string, signal: Signal): Promise<void> {
    const body = await readPlainFile(path);
    if (body === 'gone') return;
    if (body === 'bad') {
      this.counts.malformed += 1;
      await unlink(path);
      return;
    }
    try {
      await this.take(body, batchKey, signal);
      this.counts.taken += 1;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.counts.malformed += 1;
      this.onProblem(error.code);
    }
    await unlink(path);
  }

  private async deleteOrphan(path: string): Promise<void> {
    try {
      if (Date.now() - (await lstat(path)).mtimeMs > ORPHAN_MS) await unlink(path);
    } catch {
      // Renamed meanwhile: it was no orphan.
    }
  }
}

async function readPlainFile(path: string): Promise<Buffer | 'bad' | 'gone'> {
  let file;
  try {
    // A link could lead anywhere; a pipe would block.
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'gone';
    if (code === 'ELOOP' || code === 'ENXIO') return 'bad';
    throw error;
  }
  try {
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > MAX_BODY_BYTES) return 'bad';
    return await file.readFile();
  } finally {
    await file.close();
  }
}
