/**
 * `npm run bench:micro`: all micro benchmarks on the compiled output, one after the other, and their figures into
 * benchmarks/results/micro.md. The peers of the signature benchmark are installed beside it when they are missing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';

const HERE = import.meta.dirname;
const ROOT = join(HERE, '..', '..');
const RESULT = join(HERE, '..', 'results', 'micro.md');

const BENCHMARKS = [
  ['signature.ts', 'Signatures beside the peers', ['--expose-gc']],
  ['tricks.ts', 'What each trick of the signatures gains', []],
  ['recorder.ts', 'Recording, and the worker', []],
  ['hooks.mjs', 'Building blocks of the hooks', []],
  ['histogram.ts', 'Histograms', []],
  ['protocol.ts', 'One window of 4,000 series on the wire', []],
];

function fail(message) {
  process.stderr.write(`bench:micro: ${message}\n`);
  process.exit(1);
}

if (!existsSync(join(ROOT, 'dist/src/signature/index.js'))) fail('npm run build:runtime first');
if (!existsSync(join(HERE, 'node_modules'))) {
  process.stderr.write('bench:micro: installing the peers into benchmarks/micro\n');
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--prefix', HERE], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) process.stderr.write('bench:micro: not installed; going on without peers\n');
}

const loadBefore = loadavg()[0];
const parts = BENCHMARKS.map(([file, title, flags]) => {
  process.stdout.write(`\n## ${title}\n\n`);
  const { status, stdout } = spawnSync(
    process.execPath,
    [...flags, '--import', 'tsx', join(HERE, file)],
    { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  process.stdout.write(stdout);
  if (status !== 0) fail(`${file} failed`);
  const figures = stdout.trimEnd().replace(/[ \t]+$/gm, '');
  return `## ${title}\n\n\`benchmarks/micro/${file}\`\n\n\`\`\`text\n${figures}\n\`\`\`\n`;
});

const { dependencies } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8'));
const peers = Object.entries(dependencies).map(([name, version]) => `${name} ${version}`);
const [cpu] = cpus();
const machine = `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${(totalmem() / 2 ** 30).toFixed(0)} GB, ${process.platform} ${process.arch}, Node.js ${process.versions.node}`;
const load = `Load average ${loadBefore.toFixed(1)} before, ${loadavg()[0].toFixed(1)} after`;
writeFileSync(
  RESULT,
  [
    `# Micro benchmarks, ${new Date().toISOString().slice(0, 10)}\n`,
    `\`npm run bench:micro\`. ${machine}. ${load}. Peers: ${peers.join(', ')}, libpg-query of the development dependencies.\n`,
    ...parts,
  ].join('\n'),
);
process.stdout.write('\nwritten: benchmarks/results/micro.md\n');
