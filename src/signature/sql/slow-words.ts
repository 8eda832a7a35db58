import { MODE } from './modes.js';
import { PREV } from './output.js';
import { ACT, FLAG, POLICY } from './words.js';
import { CLASS } from './chars.js';
import * as chars from './chars.js';
import * as literals from './literals.js';
import * as names from './names.js';
import * as words from './words.js';

import { Marks } from './marks.js';

// Local constants: the compiled module looks an import up at every use, which costs a tenth of the speed.
const { classOf, fold, wordBits } = chars;
const { BROKEN, UNCLEAR } = literals;
const { MAX_NAME_BYTES, maskName, splitRun } = names;
const {
  findWord,
  indexOfWord,
  isListed,
  laneA,
  laneB,
  LANE_A_SEED,
  LANE_B_SEED,
  wordAct,
  wordFlags,
  wordPolicy,
  wordText,
} = words;

/** Statements that may follow a CREATE without a semicolon; ALTER, DROP and SET are parts of DDL as well. */
const wordTemp = indexOfWord('temp');
const afterDdl = new Set(
  'CREATE EXEC EXECUTE PRAGMA GRANT REVOKE CONNECT ADMINISTER DEALLOCATE SAVEPOINT DECLARE RELEASE FETCH MOVE CLOSE PREPARE ROLLBACK XA KILL LOAD CHANGE ATTACH LISTEN UNLISTEN NOTIFY DENY COPY'.split(
    ' ',
  ),
);
/** What DROP takes away when it is a statement of its own, by a name that is data. */
const accounts = new Set(['role', 'user', 'login'].map(indexOfWord));

/** Words outside of the common case: at the start, in utility statements, glued to something, not ASCII. */
export class Words extends Marks {
  /** Everything about a word that is not the common case. Returns the index to go on from, or a verdict. */
  protected slowWord(start: number, stop: number, bits: number, wordIndex: number): number {
    const src = this.src;
    let i = stop;
    let word = wordIndex;
    const next = src[i] as number;
    if (this.source.truncated && i >= this.end) return UNCLEAR;
    if ((bits & 4) !== 0) {
      if (i - start > MAX_RUN_BYTES) {
        if (this.starting) return this.refuse();
        return this.plainValue() ? i : UNCLEAR;
      }
      const run = this.source.text(start, i);
      const split = splitRun(run);
      if (split.kind === 'other') return this.starting ? BROKEN : UNCLEAR;
      const bytes = Buffer.byteLength(run.slice(0, split.length));
      if (split.kind === 'space') return start + bytes;
      if (start + bytes !== i) {
        i = start + bytes;
        word = 0;
        if (/^[\0-\x7f]*$/.test(run.slice(0, split.length))) {
          // ASCII up to an invisible character: look the word up again without it.
          let x = LANE_A_SEED;
          let y = LANE_B_SEED;
          for (let k = start; k < i; k++) {
            x = laneA(x, fold[src[k] as number] as number);
            y = laneB(y, fold[src[k] as number] as number);
          }
          word = findWord(x, y);
        }
      }
    } else if (next === 39 || next === 34 || next === 38) {
      const glued = this.gluedQuote(start, i, word);
      if (glued !== 0) return glued;
    } else if (next === 35 && (this.dialect.hash === 'name' || this.dialect.hash === 'temporary')) {
      while (src[i] === 35 || wordBits[src[i] as number] !== 0) i++;
      word = 0;
    }
    if ((bits & 16) !== 0) {
      // `and$tag$…`: one name, or a keyword and a dollar quote that lost the space between them.
      if (this.dollars === 2 || src[i - 1] === 36 || countDollars(src, start, i) > 1) {
        return this.starting ? BROKEN : UNCLEAR;
      }
      if (this.starting) return this.refuse();
      this.dollars = 1;
      // Only the views of Oracle's dictionary are known to have a dollar in their name.
      if (!/^g?v\$[a-z_]+$/i.test(this.source.text(start, Math.min(i, start + 64)))) {
        return this.maskedName(i);
      }
    }
    let first = false;
    if (this.starting) {
      if (word === 0 || !this.begin(word)) return this.refuse();
      first = true;
    }
    if (!first && this.opensUtility(word, i)) return UNCLEAR;
    if (!first && this.restarts(word, i)) {
      // Brackets that are still open never close.
      this.closeOpenItems();
      this.rowsDepth = -1;
      this.startStatement(word);
      first = true;
    }
    if (!first && this.isUnsure(word)) return UNCLEAR;
    const flags = wordFlags[word] as number;
    const asName =
      word === 0 ||
      ((flags & FLAG.soft) !== 0 &&
        !first &&
        (this.expectsName ||
          (this.mode === MODE.normal && !this.isUtility) ||
          this.prev === PREV.dot));
    if (!asName) {
      if (!this.onWord(word, first)) {
        if (!this.plainValue()) return UNCLEAR;
        this.onValue();
        return i;
      }
      const operand = (flags & (FLAG.operand | FLAG.soft)) !== 0 && !first;
      const prev = operand ? PREV.operand : PREV.keyword;
      const { h1, h2 } = this;
      // SET x TO y is SET x = y, TEMP is TEMPORARY.
      const meaning =
        word === wordTemp ? 'temporary' : this.lastAct === ACT.to && this.inSet ? '=' : '';
      if (meaning === '') this.copyWord(src, start, i, prev);
      else this.token(this.source.text(start, i), prev, true, meaning);
      if (this.isNoise(word)) {
        this.h1 = h1;
        this.h2 = h2;
      }
      return i;
    }
    if (this.prev === PREV.value && word === 0 && this.mode === MODE.normal) {
      if (this.isStray(start, i)) return UNCLEAR;
    }
    if (!this.onName()) return this.plainValue() ? i : UNCLEAR;
    if (word === 0) i = this.maskEnd(i);
    const text = this.source.text(start, i);
    if (text.length > MAX_NAME_BYTES) {
      this.writeName('?', 0, 0, false);
      return i;
    }
    const masked = maskName(text);
    // A keyword that ran into a number would be read as the keyword next time.
    const mark = masked.indexOf('?');
    this.writeName(
      mark > 0 && masked !== text && isListed(masked.slice(0, mark)) ? '?' : masked,
      0,
      0,
      false,
    );
    return i;
  }

  /** A utility statement in parentheses within a query: nothing valid, and its values may be bare words. */
  protected opensUtility(word: number, from: number): boolean {
    if (this.prev !== PREV.open || this.isUtility || !isUtilityWord(word)) return false;
    const kind = classOf[this.src[this.skipSpaces(from)] as number];
    return (
      kind === CLASS.word || kind === CLASS.at || kind === CLASS.digit || kind === CLASS.single
    );
  }

  /**
   * A utility statement's verb directly after a comment that some dialects do not see: what they see before it ends a
   * statement, and the verb is no name.
   */
  private isUnsure(word: number): boolean {
    return (
      this.o === this.unsureAt &&
      this.mode === MODE.normal &&
      isUtilityWord(word) &&
      !(wordAct[word] === ACT.set && this.assigns)
    );
  }

  /** The SET that ends before `from` belongs to CHARACTER SET. */
  private namesCharset(from: number): boolean {
    let end = from - 3;
    while (end > 0 && classOf[this.src[end - 1] as number] === CLASS.space) end--;
    return this.source.text(Math.max(0, end - 9), end).toLowerCase() === 'character';
  }

  /** A utility statement after a query without a semicolon between them, as SQL Server allows. */
  protected restarts(word: number, from: number): boolean {
    // Where names are masked already, nothing is to be hidden.
    if (!isUtilityWord(word) || this.mode !== MODE.normal || this.expectsName) return false;
    if (this.prev < PREV.operand && !(this.prev === PREV.keyword && opensBlock.has(this.lastWord)))
      return false;
    const text = wordText[word] as string;
    if (this.isDdl && text === 'DROP') return accounts.has(this.wordAt(this.skipSpaces(from)));
    if (this.isDdl && text !== 'ALTER' && !afterDdl.has(text)) return false;
    if (wordAct[word] === ACT.set && (this.assigns || this.namesCharset(from))) return false;
    if (((wordFlags[word] as number) & FLAG.soft) === 0 && !this.isDdl) return true;
    const start = this.skipSpaces(from);
    if (wordBits[this.src[start] as number] === 0) return startsValue(this.src[start] as number);
    if (wordBits[this.src[start] as number] === 2) return true;
    // An alias is followed by a keyword, a verb by a name. FETCH FIRST belongs to a query.
    const next = this.wordAt(start);
    if (next === 0) return true;
    if (text === 'ALTER') return ((wordFlags[next] as number) & FLAG.secret) !== 0;
    if (text === 'CREATE' || text === 'GRANT' || text === 'REVOKE') return true;
    if (text === 'EXECUTE' && ((wordFlags[next] as number) & FLAG.kind) !== 0) return false;
    if (text === 'FETCH') return wordText[next] !== 'FIRST' && wordText[next] !== 'NEXT';
    return (
      ((wordFlags[next] as number) & (FLAG.soft | FLAG.kind | FLAG.verb)) !== 0 ||
      wordAct[next] === ACT.to
    );
  }

  /** `tenant_?` read again: the mark belongs to the name when what follows can follow a name. */
  protected maskEnd(at: number): number {
    const src = this.src;
    let i = at;
    while (src[i] === 63) {
      const next = src[i + 1] as number;
      const kind = classOf[next];
      const fits =
        i + 1 >= this.end ||
        wordBits[next] !== 0 ||
        kind === CLASS.space ||
        kind === CLASS.comma ||
        kind === CLASS.dot ||
        kind === CLASS.close ||
        kind === CLASS.open ||
        kind === CLASS.semicolon ||
        kind === CLASS.bracket ||
        kind === CLASS.bracketEnd ||
        (kind === CLASS.colon && src[i + 2] === 58) ||
        (kind === CLASS.hash &&
          (this.dialect.hash === 'name' || this.dialect.hash === 'temporary')) ||
        kind === CLASS.braceEnd;
      if (!fits) return i;
      i++;
      while (
        src[i] === 35 ||
        (wordBits[src[i] as number] !== 0 && wordBits[src[i] as number] !== 4)
      ) {
        i++;
      }
    }
    return i;
  }

  /** Words that change nothing: INNER JOIN is JOIN, VALUES ROW (…) is VALUES (…). */
  protected isNoise(word: number): boolean {
    const act = wordAct[word];
    return act === ACT.noise || (act === ACT.row && this.rowsDepth === this.depth);
  }
}

function isUtilityWord(word: number): boolean {
  const policy = wordPolicy[word] as number;
  return policy !== POLICY.normal && policy !== POLICY.explain;
}

/** Words after which a statement begins. */
const opensBlock = new Set(
  ['begin', 'end', 'else', 'then', 'loop', 'do', 'go', 'as'].map(indexOfWord),
);

/** A quote, a bind or our own mark. */
function startsValue(byte: number): boolean {
  return byte === 39 || byte === 34 || byte === 63 || byte === 64 || byte === 58 || byte === 36;
}

/** A longer run with characters outside of ASCII is masked as a whole: splitting it piece by piece is quadratic. */
const MAX_RUN_BYTES = 512;

function countDollars(src: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if (src[i] === 36) count++;
  return count;
}
