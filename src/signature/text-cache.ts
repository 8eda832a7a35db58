/** Longer texts are not kept: bulk statements rarely repeat byte by byte. */
const MAX_TEXT_CHARS = 8192;
/** Texts at hand by their length: a power of two. */
const RECENT = 32;

/**
 * Bounded map from a raw text to its id. Two generations: when the young one is full it becomes the old one and the
 * oldest texts are forgotten; a text that is still in use is carried over at its next hit. A hit is a comparison with
 * the latest text of that length, or a Map lookup, and allocates nothing; an app that builds a new text per call only
 * turns the generations over.
 *
 * The texts never leave this object: they are keys, in memory, for as long as they are in use.
 */
export class TextCache {
  private young = new Map<string, number>();
  private old = new Map<string, number>();
  private chars = 0;
  /**
   * The latest text of each length, modulo RECENT. Texts that an app holds are the same object each time, and those
   * that it builds (a request's path) are compared without being hashed first.
   */
  private readonly recentTexts: (string | undefined)[] = Array<undefined>(RECENT).fill(undefined);
  private readonly recentIds: number[] = Array<number>(RECENT).fill(0);

  /** Bounds of one generation. */
  constructor(
    private readonly maxEntries: number,
    private readonly maxChars: number,
  ) {}

  /** The id, or 0 when the text is not known. */
  get(text: string): number {
    const recent = this.recall(text);
    if (recent !== 0) return recent;
    let id = this.young.get(text);
    if (id === undefined) {
      id = this.old.get(text);
      if (id === undefined) return 0;
      this.set(text, id);
    }
    this.keepRecent(text, id);
    return id;
  }

  /** The id if `text` is the latest one of its length, else 0. Without hashing it. */
  recall(text: string): number {
    const at = text.length & (RECENT - 1);
    return this.recentTexts[at] === text ? (this.recentIds[at] as number) : 0;
  }

  private keepRecent(text: string, id: number): void {
    const at = text.length & (RECENT - 1);
    this.recentTexts[at] = text;
    this.recentIds[at] = id;
  }

  set(text: string, id: number): void {
    if (text.length > MAX_TEXT_CHARS) return;
    if (this.young.size >= this.maxEntries || this.chars >= this.maxChars) {
      this.old = this.young;
      this.young = new Map();
      this.chars = 0;
      // So that what is in use is asked for again, and carried over.
      this.recentTexts.fill(undefined);
    }
    this.young.set(text, id);
    this.chars += text.length;
  }

  /** Entries held at the moment. */
  get size(): number {
    return this.young.size + this.old.size;
  }
}
