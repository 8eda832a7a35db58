import { Lists } from './lists.js';
import * as words from './words.js';

const MAX_TABLES = 8;
/** MySQL's modifiers between UPDATE and the table. */
const modifierLanes = new Set(['ignore', 'low_priority'].map(words.laneOf));
const rowsLane = words.laneOf('rows');

/** The tables of a summary: where a table's name is due, which names WITH defined, where the names were written. */
export class Tables extends Lists {
  /** The next name is a table's. */
  protected expectTable = false;
  /** … and it is the last one of the summary. */
  protected tableCandidate = false;
  /** The last thing written was a table's name. */
  protected extendTable = false;
  /** UPDATE, INSERT, REPLACE or MERGE was read: SET belongs to it. */
  protected assigns = false;
  /** WITH was read, the verb below it not yet. */
  protected operationOpen = false;
  /** A statement after the first: its tables are not part of the summary. */
  protected later = false;
  protected prevWasDot = false;

  protected tableCount = 0;
  protected readonly tableStart = new Int32Array(MAX_TABLES);
  protected readonly tableEnd = new Int32Array(MAX_TABLES);

  /** First hash lanes of the names that WITH defines. */
  private readonly cteLanes = new Int32Array(MAX_TABLES);
  private cteCount = 0;
  /** The lane of the name after WITH or a comma: `x` of `x (a, b) AS (…)`. */
  private cteLane = 0;
  protected cteOpen = false;

  protected resetTables(): void {
    this.inFrom[0] = 0;
    this.expectTable = false;
    this.tableCandidate = false;
    this.extendTable = false;
  }

  protected resetSummary(): void {
    this.tableCount = 0;
    this.operationOpen = false;
    this.later = false;
    this.cteCount = 0;
    this.cteOpen = false;
  }

  /** AS was read: the name before it is defined by WITH. */
  protected defineCte(): void {
    if (!this.operationOpen || this.depth !== 0 || this.cteCount >= MAX_TABLES) return;
    this.cteLanes[this.cteCount++] = this.cteLane;
    this.cteOpen = false;
  }

  /** `FROM rows` was read: with another FROM it is ROWS FROM (…), a list of functions. */
  protected get isRows(): boolean {
    return this.tableCandidate && this.nameLane === rowsLane;
  }

  /** The last name was no table's but a function's. */
  protected withdrawTable(): void {
    this.tableCount--;
    this.tableCandidate = false;
    this.extendTable = false;
  }

  /** A name was written at [start, end): keep it when it is a table's. */
  protected noteTable(start: number, end: number): void {
    if (this.extendTable && this.prevWasDot) {
      if (this.tableCandidate) this.tableEnd[this.tableCount - 1] = end;
      return;
    }
    this.extendTable = false;
    this.tableCandidate = false;
    if (this.cteOpen && this.depth === 0) {
      this.cteLane = this.nameLane;
      this.cteOpen = false;
    }
    if (!this.expectTable) return;
    if (this.assigns && modifierLanes.has(this.nameLane)) return;
    this.expectTable = false;
    this.extendTable = true;
    if (this.later) return;
    for (let k = 0; k < this.cteCount; k++) if (this.cteLanes[k] === this.nameLane) return;
    if (this.tableCount < MAX_TABLES && end > start) {
      this.tableStart[this.tableCount] = start;
      this.tableEnd[this.tableCount] = end;
      this.tableCount++;
      this.tableCandidate = true;
    }
  }
}
