import { PREV } from './output.js';
import { ACT, FLAG, POLICY } from './words.js';
import type { Dialect } from './dialects.js';
import { FRAME } from './lists.js';
import { Tables } from './tables.js';
import * as words from './words.js';

// Local constants: the compiled module looks an import up at every use, which costs half the speed.
const { indexOfWord, wordAct, wordFlags, wordPolicy, wordText } = words;

/** How much of a statement may be written. */
export const enum MODE {
  normal = 0,
  /** Listed words only. */
  listed = 1,
  /** Nothing but `?` to the end of the statement. */
  masked = 2,
  /** A dotted name, then `afterName`. */
  name = 3,
}

const WORD_STDIN = ACT.stdin;

const scopes = new Set(['session', 'global', 'local', 'persist', 'persist_only'].map(indexOfWord));
const transactional = new Set(['transaction', 'characteristics', 'constraints'].map(indexOfWord));
/** Statements whose table follows the verb directly. */
const namesTable = new Set(['copy', 'truncate', 'merge', 'call', 'exec'].map(indexOfWord));
/** Statements in which USING names tables. */
const usesTables = new Set(['delete', 'merge'].map(indexOfWord));
const wordTrigger = indexOfWord('trigger');
const wordDelimiter = indexOfWord('delimiter');
const wordFrom = indexOfWord('from');
const wordOn = indexOfWord('on');
const wordReturning = indexOfWord('returns');

/**
 * What the words of a statement mean for the words after them: which statement it is, where a table's name
 * comes next, where a name is data (cursors, savepoints, roles), where everything is (SET x = …).
 */
export class Statement extends Tables {
  protected dialect!: Dialect;
  protected mode: number = MODE.normal;
  private afterName: number = MODE.masked;
  private nameSeen = false;
  /** The next word opens a statement. */
  protected starting = true;
  /** A first statement was accepted. */
  protected opened = false;
  private policy: number = POLICY.normal;
  /** One of the text's statements was more than a query. */
  protected holdsUtility = false;
  private ddlOpen = false;
  private ddlSet = 0;
  protected dropNext = false;
  private fromStdin = false;
  /** Action of the last word, and the word. */
  protected lastAct: number = ACT.none;
  protected lastWord = 0;
  /** The last keyword, whatever stood after it. */
  protected lastKeyword = 0;
  /** The next double-quoted token is compared with something. */
  protected comparing = false;
  private insertInto = false;

  /** Words of the summary: the operation, then a kind for DDL. */
  protected headWord = 0;
  protected operationWord = 0;
  protected kindWord = 0;
  private namesTable = false;

  protected resetStatement(): void {
    this.resetLists();
    this.mode = MODE.normal;
    this.nameSeen = false;
    this.starting = true;
    this.policy = POLICY.normal;
    this.ddlOpen = false;
    this.ddlSet = 0;
    this.dropNext = false;
    this.fromStdin = false;
    this.lastAct = ACT.none;
    this.lastWord = 0;
    this.comparing = false;
    this.insertInto = false;
    this.resetTables();
  }

  protected resetText(): void {
    this.resetOutput();
    this.resetStatement();
    this.opened = false;
    this.holdsUtility = false;
    this.lastKeyword = 0;
    this.headWord = 0;
    this.operationWord = 0;
    this.kindWord = 0;
    this.resetSummary();
  }

  /** True when COPY … FROM STDIN was read, or DELIMITER: what follows the semicolon is no statement. */
  protected get dataFollows(): boolean {
    return this.fromStdin;
  }

  /** The first word of a statement; false when it opens none. */
  protected startStatement(word: number): boolean {
    const flags = wordFlags[word] as number;
    if ((flags & (this.opened ? FLAG.continues : FLAG.verb)) === 0) return false;
    this.later = this.opened;
    this.mode = MODE.normal;
    this.nameSeen = false;
    this.dropNext = false;
    this.ddlSet = 0;
    this.ddlOpen = false;
    this.assigns = false;
    if (!this.opened) {
      this.headWord = word;
      this.operationWord = word;
      this.operationOpen = wordAct[word] === ACT.with;
    }
    this.opened = true;
    this.starting = false;
    let policy = wordPolicy[word] as number;
    if (policy === POLICY.execute) {
      policy = this.dialect.executesPrepared ? POLICY.dropName : POLICY.listed;
    }
    this.policy = policy;
    if (this.isUtility) this.holdsUtility = true;
    switch (policy) {
      case POLICY.listed:
        this.mode = MODE.listed;
        break;
      case POLICY.nameThenMask:
        this.mode = MODE.name;
        this.afterName = MODE.masked;
        break;
      case POLICY.nameThenListed:
        this.mode = MODE.name;
        this.afterName = MODE.listed;
        break;
      case POLICY.dropName:
        this.dropNext = true;
        break;
      case POLICY.ddl:
        this.ddlOpen = true;
        break;
    }
    this.namesTable = namesTable.has(word);
    // What DELIMITER separates by cannot be told.
    if (word === wordDelimiter) this.fromStdin = true;
    return true;
  }

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

  private onNameWord(word: number): boolean {
    if (this.nameSeen && this.prev !== PREV.dot) {
      if (wordAct[word] === ACT.to && this.afterName === MODE.masked) {
        this.mode = MODE.masked;
        return true;
      }
      this.mode = this.afterName;
      return this.mode === MODE.listed;
    }
    if (!this.nameSeen && scopes.has(word)) return true;
    if (!this.nameSeen && transactional.has(word)) {
      this.mode = MODE.listed;
      return true;
    }
    this.nameSeen = true;
    if (wordAct[word] === ACT.password) this.mode = MODE.masked;
    return true;
  }

  private onDdlWord(word: number, act: number, flags: number): void {
    if (this.ddlOpen) {
      if (flags & FLAG.secret) {
        this.mode = MODE.listed;
        this.ddlOpen = false;
        if (this.kindWord === 0) this.kindWord = word;
      } else if (flags & FLAG.kind) {
        if (this.kindWord === 0) this.kindWord = word;
        // DATABASE LINK is not over yet.
        if (this.kindWord === word && wordText[word] !== 'DATABASE') this.ddlOpen = false;
      } else if (act === ACT.password) this.mode = MODE.masked;
    }
    if (act === ACT.set && this.ddlSet >= 0) this.ddlSet = 1;
    if (act === ACT.update || act === ACT.dml) this.ddlSet = -1;
  }

  /** A listed word after SET in DDL; true when everything after it is masked. */
  private onDdlSetWord(word: number, act: number, flags: number): boolean {
    // SET LOCAL x: the name is still to come.
    if (this.ddlSet === 1 && scopes.has(word)) return false;
    if (this.ddlSet === 1 && flags & FLAG.secret) {
      // SET ROLE x, glued to DDL.
      this.ddlSet = 0;
      this.mode = MODE.masked;
      return true;
    }
    if (this.ddlSet === 1 && flags & FLAG.soft) this.ddlSet = 2;
    else if (act !== ACT.to) this.ddlSet = 0;
    return false;
  }

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
    this.lastAct = ACT.none;
    this.lastWord = 0;
    this.expectTable = false;
    this.tableCandidate = false;
    this.extendTable = false;
  }

  /** `=` after SET name in DDL, or after the name of SET and PRAGMA. */
  protected onEquals(): void {
    if (this.ddlSet > 0) {
      this.mode = MODE.masked;
      this.ddlSet = 0;
    } else if (this.mode === MODE.name && this.nameSeen) this.mode = this.afterName;
  }

  /** Something other than a name, a dot or an equals sign ends the name of SET, PRAGMA and EXEC. */
  protected endNameMode(): void {
    this.mode = this.afterName;
  }

  /** Utility statements: soft words mean something there. */
  protected get isUtility(): boolean {
    return this.policy !== POLICY.normal && this.policy !== POLICY.explain;
  }

  /** A query is under way: nothing is masked but values, and no word has a meaning of its own. */
  protected get isPlainQuery(): boolean {
    return !this.starting && this.mode === MODE.normal && !this.isUtility;
  }

  /** The next name matters to the summary or to what follows it. */
  protected get watchesTables(): boolean {
    return this.expectTable || this.extendTable || this.operationOpen;
  }

  /** TO was read as the equals sign of SET. */
  protected get inSet(): boolean {
    return this.policy === POLICY.nameThenMask && this.mode === MODE.masked;
  }

  /** A parenthesis opens: SET (…) of DDL is a list of storage parameters. */
  protected leaveSet(): void {
    if (this.ddlSet > 0) this.ddlSet = 0;
  }

  protected get isDdl(): boolean {
    return this.policy === POLICY.ddl;
  }

  /** The next name is certainly a name: a table's, or one that is dropped. */
  protected get expectsName(): boolean {
    return this.expectTable || this.dropNext;
  }
}
