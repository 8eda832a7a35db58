/** Longer texts are not kept: bulk statements rarely repeat byte by byte. */
const MAX_TEXT_CHARS = 8192;

/**
 * Bounded map from a raw text to its id. Two generations: when the young one is full it becomes the old one and the
 * oldest texts are forgotten; a text that is still in use is carried over at its next hit. A hit is one Map lookup
 * and allocates nothing; an app that builds a new text per call only turns the generations over.
 *
 * The texts never leave this object: they are keys, in memory, for as long as they are in use.
 */
export class TextCache {
  private young = new Map<string, number>();
  private old = new Map<string, number>();
  private chars = 0;

  /** Bounds of one generation. */
  constructor(
    private readonly maxEntries: number,
    private readonly maxChars: number,
  ) {}

  /** The id, or 0 when the text is not known. */
  get(text: string): number {
    const id = this.young.get(text);
    if (id !== undefined) return id;
    const older = this.old.get(text);
    if (older === undefined) return 0;
    this.set(text, older);
    return older;
  }

  set(text: string, id: number): void {
    if (text.length > MAX_TEXT_CHARS) return;
    if (this.young.size >= this.maxEntries || this.chars >= this.maxChars) {
      this.old = this.young;
      this.young = new Map();
      this.chars = 0;
    }
    this.young.set(text, id);
    this.chars += text.length;
  }

  /** Entries held at the moment. */
  get size(): number {
    return this.young.size + this.old.size;
  }
}
