/**
 * Suites of projects whose tarballs ship no tests: run from a checkout that is at hand, with its
 * dependencies installed and, where it has one, its build made.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Exclusion, Suite } from './suite.js';

interface Kind {
  /** Proves that the folder is what it is said to be. */
  readonly landmark: string;
  readonly parts: readonly Part[];
}

type Part = Pick<Suite, 'runner' | 'fileTimeoutSeconds'> &
  Partial<Suite> & {
    /** Below the checkout; the runner starts there. */
    readonly folder?: string;
    /** Which files below `folder` are tests. */
    readonly pattern: RegExp;
    /** Files that cannot be run one by one, or not here. */
    readonly leftOut?: readonly Exclusion[];
  };

const POSTGRES = {
  PGHOST: process.env.PGHOST ?? '127.0.0.1',
  PGUSER: process.env.PGUSER ?? 'postgres',
  PGDATABASE: process.env.PGDATABASE ?? 'test',
  PGTESTNOSSL: 'true',
};

const NODE_TEST = {
  runner: 'node:test',
  fileTimeoutSeconds: 180,
  nodeArgs: ['--expose-gc'],
} as const;
const SCRIPT = { runner: 'script', fileTimeoutSeconds: 120, concurrency: 2 } as const;
const MOCHA = { runner: 'mocha', fileTimeoutSeconds: 120 } as const;

const CHECKOUTS: Readonly<Record<string, Kind>> = {
  'node-postgres': {
    landmark: 'packages/pg/lib/client.js',
    parts: [
      {
        ...SCRIPT,
        folder: 'packages/pg',
        pattern: /^test\/(unit|integration)\/.*-tests\.js$/,
        // They share tables.
        concurrency: 1,
        env: POSTGRES,
        minTests: 150,
        minOperations: 200,
        testsIn: (stdout) =>
          [...stdout.matchAll(/^ {2}(.+) ✔$/gm)].map((match) => String(match[1])),
      },
      ...['pg-pool', 'pg-cursor'].map((name): Part => ({
        ...MOCHA,
        folder: `packages/${name}`,
        pattern: /^test\/[^/]*\.js$/,
        mocha: '../../node_modules/mocha/bin/mocha.js',
        env: POSTGRES,
        minTests: 30,
        minOperations: 30,
      })),
      {
        ...MOCHA,
        folder: 'packages/pg-query-stream',
        pattern: /^test\/[^/]*\.ts$/,
        mocha: '../../node_modules/mocha/bin/mocha.js',
        runnerArgs: ['--require=ts-node/register/transpile-only'],
        env: POSTGRES,
        minTests: 20,
        minOperations: 20,
      },
    ],
  },
  undici: {
    landmark: 'lib/dispatcher/client.js',
    parts: [
      {
        ...NODE_TEST,
        pattern:
          /^test\/([^/]*|(cache|cache-interceptor|cookie|fetch|interceptors|websocket)\/[^/]*|(node-fetch|node-test)\/.*)\.js$/,
        concurrency: 2,
        minTests: 500,
        minOperations: 500,
      },
    ],
  },
  express: {
    landmark: 'lib/express.js',
    parts: [
      {
        ...MOCHA,
        pattern: /^test\/(acceptance\/)?[^/]*\.js$/,
        runnerArgs: ['--require=test/support/env', '--check-leaks'],
        minTests: 1000,
        minOperations: 1000,
      },
    ],
  },
  mysql2: {
    landmark: 'lib/connection.js',
    parts: [
      {
        ...SCRIPT,
        pattern: /^test\/(esm|unit|integration)\/.*\.test\.m?[jt]s$/,
        concurrency: 1,
        nodeArgs: ['--import=tsx'],
        env: { MYSQL_HOST: '127.0.0.1', MYSQL_USER: 'root', MYSQL_DATABASE: 'test' },
        minTests: 100,
        // The driver is not hooked: it has to run as if we were not there all the same.
        minOperations: 0,
      },
    ],
  },
  'node-http': {
    landmark: 'test/common/index.js',
    parts: [
      {
        ...SCRIPT,
        pattern: /^test\/parallel\/test-https?-.*\.js$/,
        flagsOf: statedFlags,
        minTests: 300,
        minOperations: 500,
      },
      {
        ...SCRIPT,
        pattern: /^test\/parallel\/test-http2-.*\.js$/,
        flagsOf: statedFlags,
        minTests: 200,
        minOperations: 0,
      },
    ],
  },
};

/** What `--kind` may be. */
export const KINDS = Object.keys(CHECKOUTS);

/** @throws Error when the folder does not hold a checkout of that kind. */
export function checkoutSuites(kind: string, folder: string, node?: string): Suite[] {
  const found = CHECKOUTS[kind];
  if (found === undefined) throw new Error(`no such kind; --kind is one of ${KINDS.join(', ')}`);
  const root = resolve(folder);
  if (!existsSync(join(root, found.landmark))) {
    throw new Error(`${root} is no checkout of ${kind}: it has no ${found.landmark}`);
  }
  return found.parts.map(({ folder: below, pattern, leftOut, ...part }) => ({
    name: below === undefined ? kind : `${kind} ${below}`,
    minTests: 1,
    minOperations: 1,
    ...part,
    node,
    root: join(root, below ?? '.'),
    files: readdirSync(join(root, below ?? '.', 'test'), { recursive: true, encoding: 'utf8' })
      .map((file) => `test/${file}`)
      .filter((file) => pattern.test(file))
      .filter((file) => !leftOut?.some(({ test }) => file.includes(test)))
      .sort(),
  }));
}

/** Node's own tests state their flags in a comment: `// Flags: --expose-internals`. */
function statedFlags(file: string): string[] {
  const match = /^\/\/ Flags: (.+)$/m.exec(readFileSync(file, 'utf8'));
  return match?.[1]?.trim().split(/\s+/) ?? [];
}
