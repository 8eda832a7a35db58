/**
 * Every hook point of ours, read from the code, so that none can be added without a fault being injected into it.
 *
 * A *site* hooks something: it subscribes to a channel, looks at reads or assignments, or wraps a method. A *point*
 * is where our own statements begin that a guard has to contain: a `try` whose `catch` counts the failure, or the
 * callback that a guarded site is given. `plantFaults` writes a copy of the compiled hooks in which each point asks
 * first whether it is to throw; recording-preload.cjs runs it and answers.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from './harness.js';

/** Position of the callback among the arguments. */
const CALLBACKS: ReadonlyMap<string, number> = new Map([
  ['subscribe', 1],
  ['observeReads', 3],
  ['observeFirstAssignment', 3],
  ['interceptReads', 2],
  ['wrapMethod', 2],
  ['guard.run', 0],
]);
/** These call their callback under the guard that they are given. */
const GUARDED = ['observeReads', 'observeFirstAssignment', 'guard.run'];

export interface Site {
  readonly id: string;
  /** Points inside the site's callback as it is written; a callback made elsewhere is known by running it. */
  readonly points: readonly string[];
}

export interface HookPoints {
  readonly sites: readonly Site[];
  readonly points: readonly string[];
}

interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** Copies `dist` with faults planted into the hooks. @returns the copy's folder and what there is in it. */
export function plantFaults(): { folder: string } & HookPoints {
  const folder = mkdtempSync(join(tmpdir(), 'retrace-points-'));
  cpSync(join(root, 'dist/src'), join(folder, 'src'), { recursive: true });
  cpSync(join(root, 'dist/instrumentations'), join(folder, 'instrumentations'), {
    recursive: true,
  });
  const all = { sites: [] as Site[], points: [] as string[] };
  const hooks = join(folder, 'instrumentations');
  for (const file of readdirSync(hooks, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!file.endsWith('.js')) continue;
    const { code, sites, points } = plant(file, readFileSync(join(hooks, file), 'utf8'));
    writeFileSync(join(hooks, file), code);
    all.sites.push(...sites);
    all.points.push(...points);
  }
  return { folder, ...all };
}

/** One compiled file. Exported for the test of this test. */
export function plant(file: string, code: string): { code: string } & HookPoints {
  const source = ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const insertions: Insertion[] = [];
  const points: { id: string; at: number }[] = [];
  const calls: { id: string; callback: ts.Node }[] = [];
  const counts = new Map<string, number>();
  const name = (what: string, node: ts.Node): string => {
    const base = `${file.replace(/\.js$/, '')} ${what} in ${enclosingName(node)}`;
    const count = (counts.get(base) ?? 0) + 1;
    counts.set(base, count);
    return count === 1 ? base : `${base} ${count}`;
  };

  const visit = (node: ts.Node): void => {
    if (ts.isTryStatement(node) && node.catchClause && countsFailure(node.catchClause)) {
      const id = name('try', node);
      const at = node.tryBlock.getStart() + 1;
      points.push({ id, at });
      insertions.push({ at, text: `globalThis.__faultAt(${JSON.stringify(id)});` });
    }
    const callee = ts.isCallExpression(node) ? lastName(node.expression) : undefined;
    const position = callee === undefined ? undefined : CALLBACKS.get(callee);
    if (ts.isCallExpression(node) && callee !== undefined && position !== undefined) {
      const callback = node.arguments[position];
      if (callback === undefined) throw new Error(`${file}: ${callee} without a callback`);
      const id = name(callee, node);
      calls.push({ id, callback });
      const [start, end] = [callback.getStart(), callback.getEnd()];
      if (GUARDED.includes(callee)) {
        points.push({ id, at: start });
        insertions.push({ at: start, text: `globalThis.__faulty(${JSON.stringify(id)}, ` });
        insertions.push({ at: end, text: ')' });
      } else if (callee !== 'wrapMethod') {
        // A frame around a wrapped method would show in the host's traces; around these none of the host's code runs.
        // One line may hook several channels or methods.
        const what = node.arguments[callee === 'subscribe' ? 0 : 1]?.getText() ?? '""';
        insertions.push({
          at: start,
          text: `globalThis.__during(${JSON.stringify(id)}, ${what}, `,
        });
        insertions.push({ at: end, text: ')' });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);

  let planted = code;
  for (const { at, text } of insertions.sort((a, b) => b.at - a.at)) {
    planted = planted.slice(0, at) + text + planted.slice(at);
  }
  return {
    code: planted,
    points: points.map(({ id }) => id),
    sites: calls.map(({ id, callback }) => ({
      id,
      points: points
        .filter(({ at }) => at >= callback.getStart() && at <= callback.getEnd())
        .map((point) => point.id),
    })),
  };
}

/** `a` of `a(…)`, `x.a(…)` and of what the compiler makes of an imported one, `(0, x.a)(…)`. */
function lastName(node: ts.Expression): string | undefined {
  if (ts.isIdentifier(node)) return node.text;
  if (node.getText() === 'guard.run') return 'guard.run';
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  if (ts.isParenthesizedExpression(node)) return lastName(node.expression);
  return ts.isBinaryExpression(node) ? lastName(node.right) : undefined;
}

function countsFailure(clause: ts.CatchClause): boolean {
  return /\.failed\(\)/.test(clause.block.getText());
}

function enclosingName(node: ts.Node): string {
  for (let at: ts.Node | undefined = node.parent; at !== undefined; at = at.parent) {
    if (ts.isFunctionDeclaration(at) || ts.isMethodDeclaration(at)) return at.name?.getText() ?? '';
    if (ts.isVariableDeclaration(at) && at.initializer && isFunction(at.initializer)) {
      return at.name.getText();
    }
  }
  return 'the file';
}

function isFunction(node: ts.Node): boolean {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node);
}
