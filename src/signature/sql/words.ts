/**
 * The closed list of words the scanner knows. A word that is not here is a name. `SOFT` words are names as
 * well, but harmless enough to be written where only listed words may be (utility statements).
 */
export const enum FLAG {
  /** May open a text. Anything else at the start of a text makes it unreadable. */
  verb = 1,
  /** May open a later statement of the same text. */
  continues = 2,
  /** Between FROM, TABLE, … and the table's name: `ONLY`, `IF NOT EXISTS`. */
  transparent = 4,
  /** Ends a FROM list. */
  clause = 8,
  /** Also a function's name: a parenthesis stays as close as it was written. */
  callable = 16,
  /** A value or name by itself: `CURRENT_DATE`, `END`. A minus after it subtracts. */
  operand = 32,
  /** Object kind of CREATE, ALTER and DROP. */
  kind = 64,
  /** Object kind whose statements carry secrets. */
  secret = 128,
  /** What follows is compared: a double-quoted token there is taken for a literal. */
  compares = 256,
  /** A name outside utility statements. */
  soft = 512,
  /** Opens a statement whose values may be bare words. */
  utility = 1024,
}

export const enum ACT {
  none = 0,
  select = 1,
  from = 2,
  into = 3,
  update = 4,
  table = 5,
  values = 6,
  in = 7,
  array = 8,
  null = 9,
  bool = 10,
  is = 11,
  not = 12,
  set = 13,
  identified = 14,
  password = 15,
  owner = 16,
  with = 17,
  as = 18,
  to = 19,
  dml = 20,
  execute = 21,
  distinct = 22,
  uescape = 23,
  stdin = 24,
  row = 25,
  on = 26,
  noise = 27,
  key = 28,
  escape = 29,
  prepare = 30,
  using = 31,
}

/** How a statement that starts with the word is read. */
export const enum POLICY {
  normal = 0,
  /** Only listed words are written, everything else becomes `?`. */
  listed = 1,
  /** One dotted name, then nothing but `?`. */
  nameThenMask = 2,
  /** One dotted name, then listed words. */
  nameThenListed = 3,
  /** The next name is a cursor or a prepared statement: dropped. */
  dropName = 4,
  ddl = 5,
  /** Names up to TO or FROM, then listed words. */
  grant = 6,
  copy = 7,
  explain = 8,
  execute = 9,
}

interface Word {
  text: string;
  flags: number;
  act: number;
  policy: number;
}

const words = new Map<string, Word>();
function add(
  list: string,
  flags: number,
  act: number = ACT.none,
  policy: number = POLICY.normal,
): void {
  for (const text of list.trim().split(/\s+/)) {
    const word = words.get(text);
    if (word === undefined) words.set(text, { text, flags, act, policy });
    else {
      word.flags |= flags;
      if (act !== ACT.none) word.act = act;
      if (policy !== POLICY.normal) word.policy = policy;
    }
  }
}

const verb = FLAG.verb;
const continues = FLAG.continues;
const transparent = FLAG.transparent;
const clause = FLAG.clause;
const callable = FLAG.callable;
const operand = FLAG.operand;
const kind = FLAG.kind;
const secret = FLAG.secret;
const compares = FLAG.compares;
const soft = FLAG.soft;

add('select', verb | clause, ACT.select);
add('insert replace', verb | callable, ACT.dml);
add('delete merge', verb, ACT.dml);
add('update', verb, ACT.update);
add('with', verb, ACT.with);
add('values', verb | clause, ACT.values);
add('table', verb | kind, ACT.table);
add(
  'upsert call use show describe desc analyze truncate lock unlock do comment vacuum reindex cluster',
  verb,
);
add(
  'checkpoint discard refresh reassign import rename optimize repair check checksum flush handler',
  verb,
);
add('begin print raiserror throw signal resignal get waitfor go bulk if while reset', verb);
add('explain', verb, ACT.none, POLICY.explain);
add('set', verb | clause, ACT.set, POLICY.nameThenMask);
add('pragma dbcc delimiter', verb, ACT.none, POLICY.nameThenMask);
add('exec', verb, ACT.none, POLICY.nameThenListed);
add('execute', verb, ACT.execute, POLICY.execute);
add('prepare', verb, ACT.prepare, POLICY.dropName);
add('declare', verb, ACT.none, POLICY.dropName);
add('create alter drop', verb, ACT.none, POLICY.ddl);
add('grant revoke deny', verb, ACT.none, POLICY.grant);
add('copy', verb, ACT.none, POLICY.copy);
add(
  `start commit rollback abort savepoint release deallocate fetch move close open load security attach detach
   kill purge change stop xa help install uninstall shutdown restart binlog backup restore
   reconfigure connect disconnect audit noaudit flashback administer
   listen unlisten notify`,
  verb,
  ACT.none,
  POLICY.listed,
);
add('end', verb | operand);
add(
  'else elsif elseif for loop return raise exit when leave iterate repeat until perform',
  continues,
);
for (const word of words.values()) if (word.flags & verb) word.flags |= continues;
// Words that open a statement but are names far more often.
add(
  `use show describe desc do comment cluster checkpoint discard refresh reassign import rename optimize
   repair checksum flush handler print throw signal get go bulk notify listen reset upsert call lock unlock
   start abort savepoint release move close open load security attach detach kill purge change stop xa help
   install uninstall shutdown restart binlog delimiter backup restore reconfigure connect disconnect audit
   noaudit flashback copy pragma dbcc exec execute prepare declare explain vacuum reindex analyze truncate
   begin raise exit leave iterate repeat until perform waitfor raiserror resignal unlisten
   deallocate commit rollback loop return while replace`,
  soft,
);

add('from', clause, ACT.from);
add('join', 0, ACT.into);
add('into', 0, ACT.into);
add(
  'where group order having limit union except intersect window offset returning qualify connect_by',
  clause,
);
add('in', compares, ACT.in);
add('array', callable, ACT.array);
add('null', operand, ACT.null);
add('true false', operand, ACT.bool);
add('is', 0, ACT.is);
add('not', transparent, ACT.not);
add('exists only lateral if', transparent);
add('distinct', 0, ACT.distinct);
add('identified', soft, ACT.identified);
add('password', soft, ACT.password);
add('owner authorization', soft, ACT.owner);
add('as', 0, ACT.as);
add('to', 0, ACT.to);
add('uescape', 0, ACT.uescape);
add('stdin', soft, ACT.stdin);
add('row', callable, ACT.row);
add('on', 0);
add('using', 0, ACT.using);
add('inner outer asc', 0, ACT.noise);
add('key', soft, ACT.key);
add('like ilike rlike regexp glob between similar div mod xor', compares);
add('escape', 0, ACT.escape);
add('match against', soft);
add('and or all any some case when then else by for of collate both leading trailing', 0);
add('left right', callable);
add('cross natural full nulls recursive ordinality tablesample over partition overlaps', 0);
add('conflict duplicate nothing ignore', soft);
add('default constraint primary foreign references unique', 0);
add(
  'current_date current_time current_timestamp current_user session_user localtime localtimestamp sysdate',
  operand | callable,
);
add(
  'rows range groups unbounded preceding following first last next prior skip locked nowait',
  soft,
);
add(
  'index view schema function procedure trigger sequence type domain aggregate operator extension database materialized rule policy cast collation conversion language tablespace statistics publication package synonym',
  kind | soft,
);
add(
  'role user login credential certificate server subscription mapping link wallet keystore',
  secret | kind | soft,
);
// GROUP BY is no name in any dialect, CREATE GROUP makes a role.
add('group', secret | kind);
add('temporary temp unlogged global local cascade restrict concurrently', transparent | soft);
add(
  `session transaction isolation level read write committed uncommitted repeatable serializable deferrable
   deferred immediate constraints characteristics snapshot work chain prepared names persist persist_only
   superuser nosuperuser createdb nocreatedb createrole nocreaterole inherit noinherit login nologin
   replication noreplication bypassrls nobypassrls connection encrypted valid admin option options public
   current_role format csv text binary delimiter header quote force freeze encoding stdout program
   data infile outfile fields lines terminated enclosed escaped starting optionally columns low_priority
   forward backward absolute relative cursor hold without scroll insensitive asensitive
   wrapper version new old account unlock expire never interval require ssl x509 tablespace quota
   profile privileges sysid enabled disabled refresh_publication publication tran
   recover one phase suspend resume query disk log logs master slave replica source`,
  soft,
);

for (const word of words.values()) {
  if (word.policy !== POLICY.normal && word.policy !== POLICY.explain) word.flags |= FLAG.utility;
}

/** Entry 0 stands for "not listed". */
const entries: Word[] = [{ text: '', flags: 0, act: 0, policy: 0 }, ...words.values()];

export const WORD_COUNT = entries.length;
export const wordText: readonly string[] = entries.map((word) => word.text.toUpperCase());
export const wordFlags = Uint16Array.from(entries, (word) => word.flags);
export const wordAct = Uint8Array.from(entries, (word) => word.act);
/** 1 = a keyword without an effect of its own: AND, WHERE, ORDER, BY, … */
export const wordIsSimple = Uint8Array.from(entries, ({ text, flags, act }) =>
  text !== '' && act === ACT.none && (flags & ~(FLAG.clause | FLAG.compares | FLAG.callable)) === 0
    ? 1
    : 0,
);
export const wordPolicy = Uint8Array.from(entries, (word) => word.policy);

/**
 * The two lanes of a word's hash. Each byte rotates and adds; multiplying takes as long, so what counts is that the
 * second lane alone tells words of up to four ASCII letters apart. The mixing of tokens multiplies.
 */
export const LANE_A_SEED = 0x811c9dc5 | 0;
export const LANE_B_SEED = 0;

export function laneA(lane: number, byte: number): number {
  return ((lane << 5) | (lane >>> 27)) ^ byte;
}

export function laneB(lane: number, byte: number): number {
  return (((lane << 7) | (lane >>> 25)) + byte) | 0;
}

/** Open addressing over the first lane; at most a third full, so that most misses end at the first probe. */
const SLOTS = 2048;
const SLOT_MASK = SLOTS - 1;
const slotA = new Int32Array(SLOTS);
const slotB = new Int32Array(SLOTS);
const slotWord = new Uint16Array(SLOTS);

entries.forEach((word, index) => {
  if (index === 0) return;
  let a = LANE_A_SEED;
  let b = LANE_B_SEED;
  for (let at = 0; at < word.text.length; at++) {
    const byte = word.text.charCodeAt(at);
    a = laneA(a, byte);
    b = laneB(b, byte);
  }
  let slot = a & SLOT_MASK;
  while (slotWord[slot] !== 0) slot = (slot + 1) & SLOT_MASK;
  slotA[slot] = a;
  slotB[slot] = b;
  slotWord[slot] = index;
});

/** First lane of a lower-case name. */
export function laneOf(text: string): number {
  let lane = LANE_A_SEED;
  for (let at = 0; at < text.length; at++) lane = laneA(lane, text.charCodeAt(at));
  return lane;
}

/** Index of the word with these two lanes, 0 when it is not listed. */
export function findWord(a: number, b: number): number {
  let slot = a & SLOT_MASK;
  for (;;) {
    const word = slotWord[slot] as number;
    if (word === 0) return 0;
    if (slotA[slot] === a && slotB[slot] === b) return word;
    slot = (slot + 1) & SLOT_MASK;
  }
}

/** True when the word is listed, in any case. */
export function isListed(text: string): boolean {
  return words.has(text.toLowerCase());
}

/** True when the word may open a statement, in any case. */
export function opensStatement(text: string): boolean {
  return ((words.get(text.toLowerCase())?.flags ?? 0) & FLAG.verb) !== 0;
}

/** Index of a lower-case word, for tests and for actions that compare indexes. */
export function indexOfWord(text: string): number {
  return entries.findIndex((word) => word.text === text);
}
