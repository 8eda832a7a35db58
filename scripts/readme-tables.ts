/**
 * Writes the parts of README.md that belong to the code: `npx tsx scripts/readme-tables.ts`.
 * test/readme.test.ts fails while README and code disagree.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allInstrumentations } from '../instrumentations/index.js';
import { ENV, type EnvVariable } from '../src/config/env.js';
import { OUTGOING_FIELDS } from '../src/signature/outgoing.js';

const README = join(import.meta.dirname, '..', 'README.md');

function row(cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function tableOf(head: string[], rows: string[][]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

function configTable(): string {
  const rows = Object.values(ENV as Record<string, EnvVariable>).map((variable) => [
    `\`${variable.name}\`${variable.fallbacks.map((name) => ` (\`${name}\`)`).join('')}`,
    variable.parts.join(', '),
    variable.defaultText === '' ? '–' : `\`${variable.defaultText}\``,
    variable.describe,
  ]);
  return tableOf(['Variable', 'Read by', 'Default', 'Meaning'], rows);
}

function leavesTable(): string {
  return tableOf(
    ['Field', 'What it may contain'],
    Object.entries(OUTGOING_FIELDS).map(([name, field]) => [`\`${name}\``, field.describe]),
  );
}

function supportedTable(): string {
  return tableOf(
    ['Hook', 'Versions'],
    allInstrumentations().map((one) => [`\`${one.name}\``, `\`${one.supported}\``]),
  );
}

/** README.md with the generated parts as the code has them now. */
export function renderReadme(current: string): string {
  const parts = { leaves: leavesTable(), config: configTable(), supported: supportedTable() };
  return Object.entries(parts).reduce(
    (text, [name, body]) =>
      text.replace(
        new RegExp(`(<!-- ${name}:begin -->)[\\s\\S]*?(<!-- ${name}:end -->)`),
        (_all, begin: string, end: string) => `${begin}\n\n${body}\n\n${end}`,
      ),
    current,
  );
}

if (process.argv[1]?.endsWith('readme-tables.ts')) {
  writeFileSync(README, renderReadme(readFileSync(README, 'utf8')));
  process.stdout.write('README.md: tables written; now run prettier\n');
}
