import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exclusion, Suite } from './suite.js';

/** A package whose tarball ships its tests. */
interface Shipped {
  readonly packageName: string;
  readonly runner: 'node:test' | 'mocha';
  /** Every test file, below the package. */
  readonly all: RegExp;
  /** Those that run in CI. */
  readonly ci: readonly string[];
  /** One of them, with a server or a thread in it. */
  readonly sabotaged: string;
  /** Floors in CI; for the full lot they are a lower bound, too. */
  readonly minTests: number;
  readonly minOperations: number;
  readonly excluded?: readonly Exclusion[];
  /** Files that cannot run here at all. */
  readonly leftOut?: readonly Exclusion[];
  readonly nodeArgs?: readonly string[];
}

const FILE_TIMEOUT_SECONDS = 30;

const SHIPPED: readonly Shipped[] = [
  {
    packageName: 'fastify',
    runner: 'node:test',
    all: /^test\/.*\.test\.m?js$/,
    ci: [
      'test/404s.test.js',
      'test/500s.test.js',
      'test/als.test.js',
      'test/async_hooks.test.js',
      'test/close-pipelining.test.js',
      'test/hooks-async.test.js',
      'test/keep-alive-timeout.test.js',
      'test/stream.1.test.js',
      'test/upgrade.test.js',
      'test/diagnostics-channel/async-request.test.js',
      'test/http2/plain.test.js',
      'test/https/https.test.js',
    ],
    sabotaged: 'test/404s.test.js',
    minTests: 150,
    minOperations: 100,
  },
  {
    packageName: '@fastify/reply-from',
    runner: 'node:test',
    all: /^test\/.*\.test\.js$/,
    // Not those that wait for a time-out: on a busy machine they ran into the limit of their files, without us, too.
    ci: [
      'test/base-get.test.js',
      'test/full-get-test.test.js',
      'test/full-post-stream.test.js',
      'test/http-http2.test.js',
      'test/http1-aborted-request.test.js',
      'test/strip-connection-headers.test.js',
      'test/text-event-stream-custom-parser.test.js',
      'test/undici-agent.test.js',
    ],
    sabotaged: 'test/full-get-test.test.js',
    minTests: 8,
    minOperations: 10,
  },
  {
    packageName: '@fastify/http-proxy',
    runner: 'node:test',
    all: /^test\/[a-z-.]*\.js$/,
    ci: ['test/http-prefix-rewrite.js', 'test/ws-prefix-rewrite.js', 'test/ws-upgrade-prefix.js'],
    sabotaged: 'test/http-prefix-rewrite.js',
    minTests: 5,
    minOperations: 10,
  },
  {
    packageName: 'find-my-way',
    runner: 'node:test',
    all: /^test\/.*\.test\.js$/,
    ci: ['test/server.test.js', 'test/http2/constraint.host.test.js', 'test/methods.test.js'],
    sabotaged: 'test/server.test.js',
    minTests: 50,
    minOperations: 30,
  },
  {
    packageName: 'thread-stream',
    runner: 'node:test',
    all: /^test\/[a-z-.]*\.test\.m?js$/,
    ci: [
      'test/base.test.js',
      'test/end.test.js',
      'test/event.test.js',
      'test/post-message.test.js',
      'test/thread-management.test.js',
    ],
    sabotaged: 'test/event.test.js',
    minTests: 20,
    minOperations: 5,
    nodeArgs: ['--expose-gc'],
  },
  {
    packageName: 'needle',
    runner: 'mocha',
    all: /^test\/[a-z_]*_spec\.js$/,
    ci: [
      'test/basic_auth_spec.js',
      'test/cookies_spec.js',
      'test/headers_spec.js',
      'test/post_data_spec.js',
      'test/proxy_spec.js',
      'test/redirect_spec.js',
      'test/request_stream_spec.js',
      'test/stream_events_spec.js',
    ],
    sabotaged: 'test/headers_spec.js',
    minTests: 150,
    minOperations: 150,
    leftOut: [
      { test: 'errors_spec', reason: 'looks up names on the internet' },
      { test: 'tls_options_spec', reason: 'calls hosts on the internet' },
      { test: 'socket_cleanup_spec', reason: 'calls a host on the internet' },
    ],
  },
];

/**
 * @param installed folder with `node_modules`, from installPackages().
 * @param scope `ci`: the files that fit into CI; `all`: every one.
 */
export function shippedSuites(installed: string, scope: 'ci' | 'all', node?: string): Suite[] {
  return SHIPPED.filter(({ ci }) => scope === 'all' || ci.length > 0).map((shipped) => {
    const root = join(installed, 'node_modules', shipped.packageName);
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      version: string;
    };
    return {
      name: `${shipped.packageName} ${version}`,
      root,
      runner: shipped.runner,
      files: scope === 'ci' ? shipped.ci : allFiles(root, shipped),
      sabotaged: shipped.sabotaged,
      minTests: shipped.minTests,
      minOperations: shipped.minOperations,
      excluded: shipped.excluded,
      fileTimeoutSeconds: FILE_TIMEOUT_SECONDS,
      node,
      concurrency: 2,
      nodeArgs: shipped.nodeArgs,
      mocha: join(installed, 'node_modules/mocha/bin/mocha.js'),
    };
  });
}

function allFiles(root: string, { all, leftOut }: Shipped): string[] {
  return readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map((file) => `test/${file}`)
    .filter((file) => all.test(file) && !file.includes('node_modules'))
    .filter((file) => !leftOut?.some(({ test }) => file.includes(test)))
    .sort();
}
