import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ATTR, METRIC, RESOURCE } from '../src/core/semconv.js';
import { layerViolations, ownershipViolations } from './helpers/layers.js';
import { findCycles, parseSource, readTree } from './helpers/source-tree.js';

const ROOT = join(import.meta.dirname, '..');
// Vite's configuration is a build tool's, no part of what runs.
const files = readTree(ROOT, ['src', 'instrumentations']).filter(
  (file) => !file.path.endsWith('/vite.config.ts'),
);
const names = [...Object.values(METRIC), ...Object.values(ATTR), ...Object.values(RESOURCE)];

describe('the source tree', () => {
  it('is read whole', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(files.some((file) => file.imports.length > 5)).toBe(true);
  });

  it('imports only along the data’s way', () => {
    expect(layerViolations(files)).toEqual([]);
  });

  it('has no import cycle at run time', () => {
    expect(findCycles(files).map((cycle) => cycle.join(' → '))).toEqual([]);
  });

  it('reads the environment in config/ only and spells travelling names once', () => {
    expect(ownershipViolations(files, names)).toEqual([]);
  });

  it('keeps every file below 500 lines and names none utils or common', () => {
    expect(files.filter((file) => file.lines > 500).map((file) => file.path)).toEqual([]);
    const vague = /^(utils?|common|helpers?|misc)\.tsx?$/;
    expect(files.filter((file) => vague.test(basename(file.path)))).toEqual([]);
  });

  it('loads in the monitored app only the libraries the design names', () => {
    const inHost = files.filter((file) => !/^src\/(server|dashboard|cli)\//.test(file.path));
    const foreign = new Set(
      inHost.flatMap((file) => file.packages).filter((name) => !name.startsWith('node:')),
    );
    // `pg`, `express`, … appear as types only and never as packages of ours.
    const allowed: string[] = [];
    expect([...foreign].filter((name) => !allowed.includes(name))).toEqual([]);
  });
});

describe('the checker itself', () => {
  const bad = parseSource(
    'src/core/bad.ts',
    "import { x } from '../agent/index.js';\nconst y = process.env.HOME;\nconst z = 'db.query.text';\n",
  );
  it('sees a forbidden import, an environment read and a spelled name', () => {
    expect(layerViolations([bad])).toHaveLength(1);
    expect(ownershipViolations([bad], names)).toHaveLength(2);
  });
  it('tells types from values', () => {
    const types = parseSource(
      'instrumentations/a.ts',
      "import type { Recorder } from '../src/record/types.js';\nimport { type A, type B } from '../src/record/types.js';\n",
    );
    const value = parseSource(
      'instrumentations/a.ts',
      "import { R } from '../src/record/types.js';",
    );
    expect(layerViolations([types])).toEqual([]);
    expect(layerViolations([value])).toHaveLength(1);
  });
  it('sees a cycle', () => {
    const one = parseSource('src/core/one.ts', "import { b } from './two.js';");
    const two = parseSource('src/core/two.ts', "export { b } from './one.js';");
    expect(findCycles([one, two])).toHaveLength(1);
  });
});
