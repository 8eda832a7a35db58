import { readFile } from 'node:fs/promises';

/** Files of /proc and /sys that are read here stay far below; what grows past it is cut, not waited for. */
const MAX_BYTES = 8 * 1024 * 1024;

/** A text file. @throws what the file system says, or when it is unreasonably large. */
export async function readText(path: string): Promise<string> {
  const bytes = await readFile(path);
  if (bytes.length > MAX_BYTES) throw new Error('file too large');
  return bytes.toString('utf8');
}

/** … or undefined where it is missing or not ours to read. */
export async function readTextIfAny(path: string): Promise<string | undefined> {
  try {
    return await readText(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ESRCH: the process ended between opening and reading its file.
    if (
      code === 'ENOENT' ||
      code === 'EACCES' ||
      code === 'EPERM' ||
      code === 'ESRCH' ||
      code === 'ENOTDIR'
    ) {
      return undefined;
    }
    throw error;
  }
}

/** USER_HZ of Linux on every architecture Node runs on. */
export const TICKS_PER_SECOND = 100;

/** `Name: 123 kB` lines (meminfo, status) as numbers by name. */
export function numbersByName(text: string): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const line of text.split('\n')) {
    const found = /^([^:]+):\s+(\d+)/.exec(line);
    if (found !== null) numbers.set(found[1] as string, Number(found[2]));
  }
  return numbers;
}

/** Numbers of a line, separated by blanks. @throws when there are fewer than `atLeast`. */
export function numbersOf(line: string, atLeast: number): number[] {
  const numbers = line.trim().split(/\s+/).map(Number);
  if (numbers.length < atLeast || numbers.slice(0, atLeast).some((one) => !Number.isFinite(one))) {
    throw new Error('not the expected numbers');
  }
  return numbers;
}
