import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DROP_REASON } from '../src/core/semconv.js';

const TEXT = readFileSync(join(import.meta.dirname, '../docs/agent.md'), 'utf8');
const UNIT = /<!-- unit:begin -->\s*```ini\n([\s\S]*?)```/.exec(TEXT)?.[1] ?? '';

describe('docs/agent.md', () => {
  it('has a unit of sections and settings that hardens the service', () => {
    let section = '';
    const settings: string[] = [];
    for (const line of UNIT.split('\n').filter((one) => one !== '')) {
      const heading = /^\[(Unit|Service|Install)\]$/.exec(line)?.[1];
      if (heading !== undefined) section = heading;
      else {
        expect(section).not.toBe('');
        expect(line).toMatch(/^[A-Z][A-Za-z]+=/);
        settings.push(line);
      }
    }
    expect(settings).toEqual(
      expect.arrayContaining([
        'ProtectSystem=strict',
        'NoNewPrivileges=true',
        'CapabilityBoundingSet=',
        'RuntimeDirectory=retrace',
        'RestartPreventExitStatus=2',
      ]),
    );
    // Longer than the 5 s that a stop may take.
    expect(settings).toContain('TimeoutStopSec=10');
  });

  it.skipIf(spawnSync('systemd-analyze', ['--version']).status !== 0)(
    'has a unit without anything that systemd does not know',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'retrace-unit-'));
      const file = join(folder, 'retrace-agent.service');
      // The user need not exist here.
      writeFileSync(file, UNIT.replace(/^(User|Group)=.*\n/gm, ''));
      const { stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
      rmSync(folder, { recursive: true });
      const ours = stderr.split('\n').filter((line) => line.includes('retrace-agent.service'));
      expect(ours).toEqual([]);
    },
  );

  it('explains every reason for a loss', () => {
    for (const reason of Object.values(DROP_REASON)) expect(TEXT).toContain(`\`${reason}\``);
  });
});
