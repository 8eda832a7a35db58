import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** Small text files of the server; everything else on disk is encrypted or binary. */
const TEXT = /\.(pem|crt|key|json|txt|log|otlp|tmp)$/;

function* filesBelow(dir) {
  let names;
  try {
    names = readdirSync(dir);
  } catch {
    return; // Not there (yet), or gone between two looks.
  }
  for (const name of names) {
    const file = path.join(dir, name);
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat?.isDirectory()) yield* filesBelow(file);
    else if (stat?.isFile()) yield file;
  }
}

/** Keeps the bytes of files that come and go: spool segments, handed-over windows, databases. */
export class DiskRecorder {
  /** name of the collection → file → its bytes, all versions seen. @type {Map<string, Map<string, Buffer[]>>} */
  #seen = new Map();

  /** Reads every file below `dir` now and adds what is new. @returns bytes found just now */
  snapshot(collection, dir) {
    const files = this.#seen.get(collection) ?? new Map();
    this.#seen.set(collection, files);
    let bytes = 0;
    for (const file of filesBelow(dir)) {
      let content;
      try {
        content = readFileSync(file);
      } catch {
        continue; // Deleted between listing and reading.
      }
      bytes += content.length;
      const versions = files.get(file) ?? [];
      files.set(file, versions);
      if (!versions.some((version) => version.equals(content))) versions.push(content);
    }
    return bytes;
  }

  /** @returns {{ bytes: Buffer, opaque: boolean }[]} */
  contents(collection) {
    const found = [];
    for (const [file, versions] of this.#seen.get(collection) ?? []) {
      for (const bytes of versions) {
        found.push({ bytes: Buffer.from(path.basename(file)), opaque: false });
        found.push({ bytes, opaque: !TEXT.test(file) });
      }
    }
    return found;
  }
}
