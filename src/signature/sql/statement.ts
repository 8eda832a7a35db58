import { MODE, Modes } from './modes.js';
import { PREV } from './output.js';
import { ACT, FLAG, POLICY } from './words.js';
import { FRAME } from './lists.js';
import * as words from './words.js';

// Local constants: the compiled module looks an import up at every use, which costs a tenth of the speed.
const { indexOfWord, wordAct, wordFlags } = words;

const WORD_STDIN = ACT.stdin;

/** Statements in which USING names tables. */
const usesTables = new Set(['delete', 'merge'].map(indexOfWord));
const wordTrigger = indexOfWord('trigger');
const wordFrom = indexOfWord('from');
const wordOn = indexOfWord('on');
const wordReturning = indexOfWord('returns');

/** What the words of a statement mean for the words after them: where a table's name comes next, what is a value. */
export class Statement extends Modes {
  /**
   * What a listed word changes. Returns false when it must be written as `?` instead.
   * `first` is true for the statement's first word.
   */
  protected onWord(word: number, first: boolean): boolean {
    const act = wordAct[word] as number;
    const flags = wordFlags[word] as number;
    const before = this.lastAct;
    const beforeWord = this.lastWord;
    const afterRows = this.isRows;
    if (this.mode === MODE.masked) return false;
    this.lastAct = act;
    this.lastWord = word;
    // TRUE and NULL may become values, which leave no trace.
    if (act !== ACT.null && act !== ACT.bool) this.lastKeyword = word;
    this.comparing = (flags & FLAG.compares) !== 0;
    if (this.expectTable && (flags & FLAG.transparent) === 0) this.expectTable = false;
    if (act !== ACT.as) this.insertInto = false;
    if (act === ACT.update || act === ACT.dml) this.assigns = true;
    else if (flags & FLAG.clause && (act !== ACT.set || this.prev !== PREV.start))
      this.assigns = false;
    if (flags & FLAG.clause) this.inFrom[this.depth] = 0;
    if (this.rowsDepth === this.depth && act !== ACT.row) this.rowsDepth = -1;
    this.extendTable = false;
    this.tableCandidate = false;
    if (this.ddlSet > 0 && this.onDdlSetWord(word, act, flags)) return true;

    if (this.mode === MODE.listed) {
      if (act === ACT.null || act === ACT.bool) return false;
      if (act === ACT.identified || act === ACT.password) this.mode = MODE.masked;
      if (act === WORD_STDIN && this.policy === POLICY.copy) this.fromStdin = true;
      return true;
    }
    if (this.mode === MODE.name && !first) return this.onNameWord(word);
    if (this.policy === POLICY.ddl && !first) this.onDdlWord(word, act, flags);

    switch (act) {
      case ACT.select:
      case ACT.dml:
      case ACT.with:
        this.onQueryWord(word, act);
        break;
      case ACT.from:
        if (this.depth === this.listDepth) this.listO = -1;
        if (this.policy === POLICY.copy || this.policy === POLICY.grant) {
          if (this.depth === 0) this.mode = MODE.listed;
        } else if (this.depth === 0 || this.frames[this.depth] !== FRAME.call) {
          if (before !== ACT.distinct) {
            // ROWS FROM (…): functions.
            if (afterRows) this.withdrawTable();
            this.expectTable = !afterRows;
            this.inFrom[this.depth] = 1;
          }
        }
        break;
      case ACT.into:
        this.expectTable = true;
        this.insertInto = before === ACT.dml || this.assigns;
        break;
      case ACT.update:
        this.onQueryWord(word, act);
        // FOR UPDATE, ON DUPLICATE KEY UPDATE and DO UPDATE SET name no table.
        this.expectTable =
          first || this.prev === PREV.open || before === ACT.as || before === ACT.none;
        if (before === ACT.key && !first) this.expectTable = false;
        break;
      case ACT.table:
        this.expectTable = true;
        break;
      case ACT.using:
        if (this.depth === 0 && usesTables.has(this.operationWord)) {
          this.expectTable = true;
          this.inFrom[0] = 1;
        }
        break;
      case ACT.values:
        if (this.prev === PREV.open && this.depth > 0) this.listBecomesQuery();
        if (this.depth === 0 || this.frames[this.depth] !== FRAME.list) this.expectRows();
        break;
      case ACT.as:
        this.defineCte();
        break;
      case ACT.null:
        if (
          before === ACT.is ||
          before === ACT.not ||
          before === ACT.set ||
          beforeWord === wordOn ||
          beforeWord === wordReturning
        ) {
          return true;
        }
        this.lastAct = before;
        return false;
      case ACT.bool:
        if (before === ACT.is || (before === ACT.not && this.beforeIsNot)) return true;
        this.lastAct = before;
        return false;
      case ACT.not:
        this.beforeIsNot = before === ACT.is;
        break;
      case ACT.to:
        if (this.policy === POLICY.copy || this.policy === POLICY.grant) {
          if (this.depth === 0) this.mode = MODE.listed;
        } else if (this.ddlSet === 2) {
          this.mode = MODE.masked;
        }
        break;
      case ACT.owner:
        if (this.policy === POLICY.ddl || this.policy === POLICY.grant) this.dropNext = true;
        break;
      case ACT.identified:
        if (this.policy !== POLICY.normal) this.mode = MODE.masked;
        break;
      case ACT.execute:
        // A trigger's EXECUTE FUNCTION names code.
        if (!first && this.dialect.executesPrepared && this.kindWord !== wordTrigger) {
          this.dropNext = true;
        }
        break;
    }
    if (first && this.namesTable) this.expectTable = true;
    return true;
  }

  /** As `onWord`, in a query, for the words of `wordIsSimple`. */
  protected onSimpleWord(word: number, flags: number): void {
    this.lastAct = ACT.none;
    this.lastWord = word;
    this.lastKeyword = word;
    this.comparing = (flags & FLAG.compares) !== 0;
    this.expectTable = false;
    this.extendTable = false;
    this.tableCandidate = false;
    this.insertInto = false;
    if (this.rowsDepth === this.depth) this.rowsDepth = -1;
    if ((flags & FLAG.clause) !== 0) {
      this.assigns = false;
      this.inFrom[this.depth] = 0;
    }
  }

  private beforeIsNot = false;

  private onQueryWord(word: number, act: number): void {
    if (this.prev === PREV.open && this.depth > 0) this.listBecomesQuery();
    if (this.operationOpen && this.depth === 0 && act !== ACT.with) {
      this.operationWord = word;
      this.operationOpen = false;
    }
    if (act === ACT.dml) this.insertInto = false;
    if (act === ACT.with) this.cteOpen = true;
    if (act === ACT.select) this.markList();
  }

  /**
   * A name is about to be written. Returns false when it must be written as `?`: the names of cursors, roles and
   * prepared statements, and every name where only listed words may be.
   */
  protected onName(): boolean {
    this.lastAct = ACT.none;
    this.lastWord = 0;
    this.comparing = false;
    if (this.mode !== MODE.normal) {
      if (this.mode === MODE.name) {
        if (!this.nameSeen || this.prev === PREV.dot) {
          this.nameSeen = true;
          return true;
        }
        this.mode = this.afterName;
      }
      return false;
    }
    if (this.dropNext) {
      this.dropNext = false;
      return false;
    }
    this.ddlOpen = false;
    if (this.ddlSet === 1 || (this.ddlSet === 2 && this.prev === PREV.dot)) this.ddlSet = 2;
    else if (this.ddlSet > 0) this.ddlSet = 0;
    return true;
  }

  /** What a bracket that opens now holds. */
  protected frameKind(): number {
    if (this.insertInto) {
      this.insertInto = false;
      if (this.extendTable) return FRAME.columns;
    }
    if (this.lastAct === ACT.in && this.prev === PREV.keyword) return FRAME.list;
    if (
      this.depth === this.rowsDepth &&
      (this.prev === PREV.comma || this.lastAct === ACT.values || this.lastAct === ACT.row)
    ) {
      if (this.rowDue) return FRAME.row;
      // Two rows without a comma between them.
      this.rowsDepth = -1;
    }
    if (this.prev === PREV.operand) {
      if (this.tableCandidate && !this.namesTable && !this.isUtility) {
        // A function in FROM, not a table.
        this.withdrawTable();
      }
      return FRAME.call;
    }
    if (this.prev === PREV.keyword && (wordFlags[this.lastWord] as number) & FLAG.callable) {
      return FRAME.call;
    }
    return FRAME.group;
  }

  /** A parenthesis was opened: FROM (a JOIN b) names tables, USING (a) columns. */
  protected onOpen(): void {
    const tables =
      this.expectTable && this.lastAct !== ACT.using && this.frames[this.depth] === FRAME.group;
    this.onOther();
    if (!tables) return;
    this.expectTable = true;
    this.inFrom[this.depth] = 1;
  }

  /** A comma: the next table of a FROM list comes after it, unless an operator lost its right side. */
  protected onComma(before: number): void {
    this.expectTable =
      this.inFrom[this.depth] === 1 && before >= PREV.operand && this.mode === MODE.normal;
    if (this.expectTable) this.lastKeyword = wordFrom;
    this.cteOpen = this.operationOpen && this.depth === 0;
    this.tableCandidate = false;
    this.extendTable = false;
    this.lastAct = ACT.none;
    this.lastWord = 0;
    this.comparing = false;
    this.dropNext = false;
  }

  /** A value was written: it may have stood for a name. */
  protected onValue(): void {
    this.dropNext = false;
    this.onOther();
    this.comparing = false;
  }

  /** An operator, a value or a bracket was written. */
  protected onOther(): void {
    this.rowDue = false;
    this.lastAct = ACT.none;
    this.lastWord = 0;
    this.expectTable = false;
    this.tableCandidate = false;
    this.extendTable = false;
  }

  /** The next name matters to the summary or to what follows it. */
  protected get watchesTables(): boolean {
    return this.expectTable || this.extendTable || this.operationOpen;
  }

  /** The next name is certainly a name: a table's, or one that is dropped. */
  protected get expectsName(): boolean {
    return this.expectTable || this.dropNext;
  }
}
