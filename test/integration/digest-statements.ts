/** Statements whose grouping is compared with what servers themselves group: generated shapes and what ORMs write. */
import { allPlanted, plant } from '../unit/signature/canary/plant.js';

export interface Sample {
  text: string;
  /** Planted values, none of which may be in a signature. */
  values: readonly string[];
}

/** What ORMs and query builders write, each shape with other values, lists, rows, case and space. */
const ORM: Readonly<Record<'postgresql' | 'mysql', readonly string[]>> = {
  postgresql: [
    `SELECT "t"."a", "t"."b" FROM "t" WHERE "t"."a" = '«S»' LIMIT 1`,
    `SELECT "t"."a", "t"."b" FROM "t" WHERE "t"."a" = '«S»' LIMIT 20`,
    `SELECT "a" FROM "t" WHERE "b" IN ('«S»')`,
    `SELECT "a" FROM "t" WHERE "b" IN ('«S»', '«S»')`,
    `SELECT "a" FROM "t" WHERE "b" IN ('«S»', '«S»', '«S»', '«S»')`,
    `INSERT INTO "t" ("a", "b") VALUES ('«S»', '«S»')`,
    `INSERT INTO "t" ("a", "b") VALUES ('«S»', '«S»'), ('«S»', '«S»'), ('«S»', '«S»')`,
    `INSERT INTO t (a, b) VALUES ('«S»', NULL) RETURNING a`,
    `UPDATE "t" SET "a" = '«S»', "c" = «N» WHERE "b" = '«S»'`,
    `DELETE FROM "t" WHERE "a" = '«S»'`,
    `delete from t where a = '«S»'`,
    `DELETE  FROM t\n WHERE a = '«S»' -- «W»`,
    `SELECT count(*) FROM t WHERE a LIKE '%«S»%' AND c > «N»`,
    `SELECT COUNT(*) FROM t WHERE a LIKE '«S»%' AND c > «N»`,
    `SELECT t.a, u.b FROM t LEFT JOIN u ON u.a = t.a WHERE t.c BETWEEN «N» AND «N» ORDER BY t.a DESC LIMIT 10 OFFSET «N»`,
    `SELECT a FROM t WHERE c = «N»`,
    `SELECT a FROM t WHERE c = -«N»`,
    `SELECT a FROM t WHERE c = ANY(ARRAY[«N», «N»])`,
    `SELECT a FROM t WHERE c = ANY(ARRAY[«N», «N», «N»])`,
    `SELECT a AS x FROM t`,
    `SELECT a AS y FROM t`,
    `SELECT a FROM t x WHERE x.b = '«S»'`,
    `SELECT a FROM t AS x WHERE x.b = '«S»'`,
    `SELECT EXISTS (SELECT 1 FROM t WHERE a = '«S»')`,
    `WITH x AS (SELECT a FROM t WHERE b = '«S»') SELECT * FROM x`,
    `SELECT now(), current_date, date_trunc('day', now())`,
    `BEGIN`,
    `COMMIT`,
    `SET search_path = «W»`,
    `SET statement_timeout = «N»`,
    `SAVEPOINT «W»`,
  ],
  mysql: [
    "SELECT `t`.`a`, `t`.`b` FROM `t` WHERE `t`.`a` = '«S»' LIMIT 1",
    "SELECT `t`.`a`, `t`.`b` FROM `t` WHERE `t`.`a` = '«S»' LIMIT 20",
    "SELECT `a` FROM `t` WHERE `b` IN ('«S»')",
    "SELECT `a` FROM `t` WHERE `b` IN ('«S»', '«S»')",
    "SELECT a FROM t WHERE b in ('«S»', '«S»', '«S»')",
    "INSERT INTO `t` (`a`, `b`) VALUES ('«S»', '«S»')",
    "INSERT INTO `t` (`a`, `b`) VALUES ('«S»', '«S»'), ('«S»', '«S»'), ('«S»', '«S»')",
    "INSERT INTO t (a, b) VALUES ('«S»', NULL) ON DUPLICATE KEY UPDATE a = '«S»'",
    "UPDATE `t` SET `a` = '«S»', `c` = «N» WHERE `b` = '«S»'",
    "DELETE FROM `t` WHERE `a` = '«S»'",
    "delete from t where a = '«S»'",
    "DELETE  FROM t\n WHERE a = '«S»' -- «W»\n",
    "SELECT COUNT(*) FROM t WHERE a LIKE '%«S»%' AND c > «N»",
    'SELECT COUNT(*) FROM t WHERE a LIKE "«S»%" AND c > «N»',
    'SELECT t.a, u.b FROM t LEFT JOIN u ON u.a = t.a WHERE t.c BETWEEN «N» AND «N» ORDER BY t.a DESC LIMIT 10 OFFSET «N»',
    'SELECT a FROM t WHERE c = «N»',
    'SELECT a FROM t WHERE c = -«N»',
    'SELECT a FROM t WHERE c = TRUE',
    'SELECT a FROM t WHERE c IS NULL',
    'START TRANSACTION',
    'COMMIT',
    "SET NAMES '«S»'",
    'SET autocommit = 0',
    'SAVEPOINT «W»',
  ],
};

/** Run a program, change what the connection is, or end it. */
const UNSAFE =
  /\bPROGRAM\b|^(?:CONNECT|SHUTDOWN|KILL|DELIMITER|LOAD|EXPLAIN|XA)\b|INFILE|OUTFILE|SLEEP/i;

/**
 * Not compared with MySQL's relatives, whose mode decides where a literal or comment ends; ours reads both ways and
 * shows what both allow. `'\' '` does not end at all in the usual mode, and would take the rest of the input with it.
 */
const DEPENDS_ON_MODE = /(['"])\\\1 |'\\'' "|\d--\d/;

/**
 * Every sample twice, with other values: both must be one group, ours and theirs.
 * @param every 1 = every generated shape; 4 = each fourth, which still meets every literal and every position.
 */
export function digestSamples(dialect: 'postgresql' | 'mysql', every: number): Sample[] {
  const orm = [1, 5000].flatMap((seed) =>
    ORM[dialect].map((template, at) => plant(dialect, template, seed + at * 10)),
  );
  const generated = [1, 3000].flatMap((first) =>
    [...allPlanted(first)]
      .filter((planted) => planted.dialect === dialect)
      .filter(({ text }, at) => at % every === 0 && !text.includes(';') && !UNSAFE.test(text))
      .filter(({ text }) => dialect !== 'mysql' || !DEPENDS_ON_MODE.test(text)),
  );
  return [...orm, ...generated];
}
