import { PREV } from './output.js';
import { ACT, FLAG, POLICY } from './words.js';
import type { Dialect } from './dialects.js';
import { Tables } from './tables.js';
import * as words from './words.js';

// Local constants: the compiled module looks an import up at every use, which costs a tenth of the speed.
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

const scopes = new Set(['session', 'global', 'local', 'persist', 'persist_only'].map(indexOfWord));
const transactional = new Set(['transaction', 'characteristics', 'constraints'].map(indexOfWord));
/** Statements whose table follows the verb directly. */
const namesTable = new Set(['copy', 'truncate', 'merge', 'call', 'exec'].map(indexOfWord));
const wordDelimiter = indexOfWord('delimiter');

/**
 * Which statement it is, and how much of it may be written: where a name is data (cursors, savepoints, roles), where
 * everything is (SET x = …).
 */
export class Modes extends Tables {
  protected dialect!: Dialect;
  protected mode: number = MODE.normal;
  protected afterName: number = MODE.masked;
  protected nameSeen = false;
  /** The next word opens a statement. */
  protected starting = true;
  /** A first statement was accepted. */
  protected opened = false;
  protected policy: number = POLICY.normal;
  /** One of the text's statements was more than a query. */
  protected holdsUtility = false;
  protected ddlOpen = false;
  protected ddlSet = 0;
  protected dropNext = false;
  protected fromStdin = false;
  /** Action of the last word, and the word. */
  protected lastAct: number = ACT.none;
  protected lastWord = 0;
  /** The last keyword, whatever stood after it. */
  protected lastKeyword = 0;
  /** The next double-quoted token is compared with something. */
  protected comparing = false;
  protected insertInto = false;

  /** Words of the summary: the operation, then a kind for DDL. */
  protected headWord = 0;
  protected operationWord = 0;
  protected kindWord = 0;
  protected namesTable = false;

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

  protected onNameWord(word: number): boolean {
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

  protected onDdlWord(word: number, act: number, flags: number): void {
    if (this.ddlOpen) {
      if (flags & FLAG.secret) {
        this.mode = MODE.listed;
        this.ddlOpen = false;
        if (this.kindWord === 0) this.kindWord = word;
      } else if (flags & FLAG.kind) {
        if (this.kindWord === 0) this.kindWord = word;
        // DATABASE LINK is not over yet.
        if (this.kindWord === word && wordText[word] !== 'DATABASE') this.ddlOpen = false;
      }
    }
    // Within brackets it is a column's name.
    if (act === ACT.password && (this.ddlOpen || this.depth === 0)) this.mode = MODE.masked;
    if (act === ACT.set && this.ddlSet >= 0) this.ddlSet = 1;
    if (act === ACT.update || act === ACT.dml) this.ddlSet = -1;
  }

  /** A listed word after SET in DDL; true when everything after it is masked. */
  protected onDdlSetWord(word: number, act: number, flags: number): boolean {
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
}
