import { describe, expect, it } from 'vitest';
import { createDiag } from '../../../src/core/diag.js';
import { createGuard } from '../../../src/core/guard.js';
import { loadRuntimeConfig } from '../../../src/config/load.js';
import { ENV, type EnvVariable } from '../../../src/config/env.js';
import { createAgentLog } from '../../../src/agent/agent-log.js';
import { findLeak } from '../signature/canary/plant.js';

const SECRET = "kanari91827 'deadbeefcafe'";
const PLANTED = ['kanari91827', 'deadbeefcafe'];

describe('lines of our own log', () => {
  it('say what is wrong with the configuration and quote nothing of it', () => {
    const env = Object.fromEntries(
      Object.values(ENV as Record<string, EnvVariable>).flatMap(({ name, fallbacks }) =>
        [name, ...fallbacks].map((variable) => [variable, SECRET] as const),
      ),
    );
    const { warnings } = loadRuntimeConfig(env, {});
    expect(warnings.length).toBeGreaterThan(3);
    const lines: string[] = [];
    const diag = createDiag((line) => lines.push(line), 'debug');
    for (const warning of warnings) diag.warnOnce(warning, warning);
    expect(lines).toHaveLength(new Set(warnings).size);
    expect(findLeak(lines.join(''), PLANTED)).toBeUndefined();
  });

  it('name the library of a hook that fails, never what its error says', () => {
    const lines: string[] = [];
    const guard = createGuard(
      'pg',
      '8.0.0',
      createDiag((line) => lines.push(line)),
    );
    for (let times = 0; times < 20; times++) {
      guard.run(() => {
        throw new Error(SECRET);
      }, undefined);
    }
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^retrace: pg 8\.0\.0: .*unaffected\n$/);
    expect(findLeak(lines.join(''), PLANTED)).toBeUndefined();
  });

  it('never show the key under which they are counted', () => {
    const lines: string[] = [];
    createDiag((line) => lines.push(line)).warnOnce(SECRET, 'a sentence');
    createAgentLog((line) => lines.push(line), 'debug').warn(SECRET, 'a sentence');
    expect(lines).toEqual(['retrace: a sentence\n', 'retrace agent: a sentence\n']);
  });
});
