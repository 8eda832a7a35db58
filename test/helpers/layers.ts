/** Who may import whom. The table of the design, with its amendments argued in docs/architecture.md. */
import { withoutComments, type SourceFile } from './source-tree.js';

interface LayerRule {
  /** Layers whose values may be imported. */
  values: readonly string[];
  /** Layers of which only types may be imported. */
  types?: readonly string[];
}

export const LAYERS: Readonly<Record<string, LayerRule>> = {
  core: { values: [] },
  histogram: { values: [] },
  config: { values: ['core'] },
  // Types of protocol: outgoing.ts cleans whole requests without knowing how they are encoded.
  signature: { values: ['core'], types: ['protocol'] },
  ring: { values: ['core'] },
  hook: { values: ['core'], types: ['instrumentations', 'record'] },
  protocol: { values: ['core', 'histogram'] },
  record: { values: ['core', 'signature', 'ring'] },
  instrumentations: { values: ['core'], types: ['record'] },
  aggregate: {
    values: ['core', 'histogram', 'ring', 'protocol', 'transport', 'signature'],
    types: ['config'],
  },
  transport: { values: ['core', 'protocol'], types: ['config'] },
  agent: { values: ['core', 'config', 'histogram', 'protocol', 'transport', 'signature'] },
  server: { values: ['core', 'protocol', 'histogram', 'signature'], types: ['config'] },
  dashboard: { values: [], types: ['server'] },
};

/** Roots of composition: may import anything of their half, nobody imports them. */
const ROOTS = new Set(['bootstrap', 'register', 'cli', 'index']);

export function layerOf(path: string): string {
  if (path.startsWith('instrumentations/')) return 'instrumentations';
  const part = path.split('/')[1] ?? '';
  return part.replace(/\.tsx?$/, '');
}

/** One sentence per forbidden import. */
export function layerViolations(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const from = layerOf(file.path);
    return file.imports.flatMap((edge) => {
      const to = layerOf(edge.to);
      if (to === from) return [];
      if (ROOTS.has(from)) return [];
      const rule = LAYERS[from];
      if (rule === undefined) return [`${file.path}: unknown layer ${from}`];
      if (rule.values.includes(to)) return [];
      if (edge.typeOnly && rule.types?.includes(to)) return [];
      return [`${file.path} imports ${edge.to}${edge.typeOnly ? ' (types)' : ''}`];
    });
  });
}

/** `process.env` outside config/ and the spelling of travelling names outside core/semconv.ts. */
export function ownershipViolations(
  files: readonly SourceFile[],
  names: readonly string[],
): string[] {
  return files.flatMap((file) => {
    const code = withoutComments(file.text);
    const found: string[] = [];
    if (/process\s*(\?\.|\.)\s*env\b/.test(code) && layerOf(file.path) !== 'config')
      found.push(`${file.path} reads process.env`);
    if (file.path !== 'src/core/semconv.ts')
      for (const name of names)
        if (code.includes(`'${name}'`)) found.push(`${file.path} spells ${name}`);
    return found;
  });
}
