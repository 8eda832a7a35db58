/**
 * Last step of `npm run build:runtime`: what the monitored app loads, in one file per thread and purpose instead of
 * one per module. Finding, reading and wrapping 60 small files was most of the time that the preload added.
 * Overwrites what tsc made of the entries; every other file stays as it is, for the agent and the command line.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const ENTRIES = [
  'src/bootstrap.ts',
  // With the first SQL client. Both of these in bootstrap's own file: 17 of 38 ms that an app's start took longer.
  'src/signature/statements.ts',
  // A while after the first record, or at an end that comes before.
  'src/aggregate/last-word.ts',
  'src/aggregate/worker-entry.ts',
];
/** Of what the source loads by `require`, when it is needed: small, and put into the bundle all the same. */
const INSIDE = ['src/aggregate/host-pulse.ts'].map((file) => path.join(ROOT, file));

/** The path of a file that is loaded later, as seen from the bundle. */
function later(entry) {
  return {
    name: 'later',
    setup(bundle) {
      bundle.onResolve({ filter: /^\./ }, ({ kind, path: wanted, resolveDir }) => {
        if (kind !== 'require-call') return undefined;
        const source = path.join(resolveDir, wanted.replace(/\.js$/, '.ts'));
        if (INSIDE.includes(source)) return undefined;
        const from = path.join(ROOT, path.dirname(entry));
        const relative = path.relative(from, source).replace(/\.ts$/, '.js');
        return { path: `./${relative.split(path.sep).join('/')}`, external: true };
      });
    },
  };
}

for (const entry of ENTRIES) {
  await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile: path.join('dist', entry.replace(/\.ts$/, '.js')),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    tsconfig: 'tsconfig.json',
    plugins: [later(entry)],
    // Node keeps a module's text in memory. Names stay: they are what a stack trace or a profile shows.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
}
