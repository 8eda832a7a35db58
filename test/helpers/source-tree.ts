/** Reads the source tree as a graph of imports, for the architecture test. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

export interface ImportEdge {
  from: string;
  to: string;
  /** `import type` / `export type … from`: gone at run time. */
  typeOnly: boolean;
}

export interface SourceFile {
  path: string;
  lines: number;
  text: string;
  imports: ImportEdge[];
  /** Bare specifiers, `node:` included. */
  packages: string[];
}

const IMPORT =
  /(?:^|[\n;])\s*(import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]|(?:import|require)\(\s*['"]([^'"]+)['"]\s*\)/g;

/** Every TypeScript file below `folders`, relative to `root`. */
export function readTree(root: string, folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)))
      .filter(
        (path) => !/(^|\/)(node_modules|dist)\//.test(path) && !/\.(d|config)\.ts$/.test(path),
      )
      .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8'))),
  );
}

/** Exported so that the checker can be shown to fail on a synthetic file. */
export function parseSource(path: string, text: string): SourceFile {
  const imports: ImportEdge[] = [];
  const packages: string[] = [];
  for (const match of withoutComments(text).matchAll(IMPORT)) {
    const specifier = match[3] ?? match[4] ?? '';
    if (!specifier.startsWith('.')) {
      packages.push(specifier);
      continue;
    }
    imports.push({
      from: path,
      to: normalize(join(dirname(path), specifier)).replace(/\.js$/, '.ts'),
      typeOnly: match[2] !== undefined || onlyTypeNames(match[0]),
    });
  }
  return { path, lines: text.split('\n').length, text, imports, packages };
}

/** `import { type A, type B } from` leaves nothing at run time that matters to layering. */
function onlyTypeNames(statement: string): boolean {
  const names = /\{([^}]*)\}/.exec(statement)?.[1];
  if (names === undefined) return false;
  const list = names
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  return list.length > 0 && list.every((name) => name.startsWith('type '));
}

/** Comments out, strings kept: good enough for import statements and `process.env`. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/[^\n]*/g, '$1');
}

/** Import cycles that exist at run time, each as the files on it. */
export function findCycles(files: readonly SourceFile[]): string[][] {
  const edges = new Map(
    files.map((file) => [
      file.path,
      file.imports.filter((edge) => !edge.typeOnly).map((edge) => edge.to),
    ]),
  );
  const done = new Set<string>();
  const cycles: string[][] = [];
  const visit = (path: string, trail: string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) {
      cycles.push(trail.slice(at));
      return;
    }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const file of files) visit(file.path, []);
  return cycles;
}
