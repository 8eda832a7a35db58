import { TextCache } from './text-cache.js';

/** Methods and hosts come from outside: past the bound all sets are given up. */
const MAX_KEYS = 256;
const MAX_TEXTS = 1024;
const MAX_CHARS = 1 << 17;

/**
 * A bounded {@link TextCache} per key. An app's calls mostly have the key of the one before, which is compared, not
 * looked up (three lookups of this kind per request took 0.2 µs, full scenario of benchmarks/overhead, Node 24).
 */
export class TextCaches {
  private readonly byKey = new Map<string, TextCache>();
  private lastKey = '';
  private last: TextCache | undefined;

  of(key: string): TextCache {
    const last = this.last;
    return last !== undefined && key === this.lastKey ? last : this.find(key);
  }

  private find(key: string): TextCache {
    let cache = this.byKey.get(key);
    if (cache === undefined) {
      if (this.byKey.size >= MAX_KEYS) this.byKey.clear();
      this.byKey.set(key, (cache = new TextCache(MAX_TEXTS, MAX_CHARS)));
    }
    this.lastKey = key;
    this.last = cache;
    return cache;
  }
}
