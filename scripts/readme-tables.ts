/**
 * Writes the parts of README.md that belong to the code: `npx tsx scripts/readme-tables.ts`.
 * test/readme.test.ts fails while README and code disagree.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { costSection } from '../benchmarks/overhead/cost-tables.js';
import { allInstrumentations } from '../instrumentations/index.js';
import { ENV, type EnvVariable } from '../src/config/env.js';
import { ATTR, HOST_METRIC, METRIC, RESOURCE, RUNTIME_METRIC } from '../src/core/semconv.js';
import {
  OUTGOING_POINT_ATTRIBUTES,
  OUTGOING_RESOURCE_ATTRIBUTES,
  OUTGOING_SPAN_ATTRIBUTES,
} from '../src/signature/outgoing.js';

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

/** In words what the rules of src/signature/outgoing.ts let through. A field without words is an error. */
const FIELD_WORDS: Readonly<Record<string, string>> = {
  [ATTR.httpRequestMethod]: 'one of the known methods, else `_OTHER`',
  [ATTR.httpRoute]:
    'the framework’s route, `/orders/:id`; of other SDKs only known words and parameters',
  [ATTR.httpResponseStatusCode]: 'the status',
  [ATTR.urlTemplate]: 'path with only known words, everything else `*`: `/v1/charges/*`',
  [ATTR.urlScheme]: '`http`, `https`, `ws` or `wss`',
  [ATTR.serverAddress]: 'host of the database or web service, id-like labels masked',
  [ATTR.serverPort]: 'its port',
  [ATTR.dbSystemName]: '`postgresql`, …',
  [ATTR.dbNamespace]: 'name of the database, data-like parts masked',
  [ATTR.dbOperationName]: '`SELECT`, …',
  [ATTR.dbCollectionName]: 'name of the table, data-like parts masked',
  [ATTR.dbQuerySummary]: 'operation and tables: `SELECT orders`',
  [ATTR.dbQueryText]: 'the signature: `SELECT * FROM orders WHERE id = ?`',
  [ATTR.dbResponseStatusCode]: 'an error’s code (other SDKs)',
  [ATTR.errorType]: 'status, SQLSTATE, error code or class name; never a message',
  [ATTR.metricOverflow]: '`true` on the series that collects what went past a bound',
  [ATTR.retraceEndpoint]: 'method and route of the request a query or call belongs to',
  [ATTR.retraceQueryHash]: '16 hex digits computed from the signature',
  [ATTR.retraceComponent]: '`database`, `web_services` or `own_code`',
  [ATTR.retraceKind]: '`request`, `query`, `call` or `waterfall`',
  [ATTR.retraceReason]: 'why records were lost, from a fixed list',
  [ATTR.retraceWaterfallOmitted]: 'how many of its queries and calls are not listed',
  [ATTR.cpuMode]: '`user`, `system`, `idle`, …',
  [ATTR.memoryState]: '`used`, `free`, `cached`, …',
  [ATTR.pagingState]: '`used` or `free`',
  [ATTR.pagingDirection]: '`in` or `out`',
  [ATTR.systemDevice]: 'the kernel’s name of a disk, `sda1`; names that people gave are `*`',
  [ATTR.diskDirection]: '`read` or `write`',
  [ATTR.filesystemState]: '`used`, `free` or `reserved`',
  [ATTR.filesystemType]: '`ext4`, `xfs`, …, from a fixed list',
  [ATTR.filesystemMountpoint]: '`/var/lib/postgresql`; folders that are not usual are `*`',
  [ATTR.networkInterface]: '`eth0`, `enp3s0`; other names are `*`',
  [ATTR.networkDirection]: '`receive` or `transmit`',
  [ATTR.retraceCollector]: 'what measured: `cpu`, `memory`, …',
  [ATTR.packageName]: 'an installed application, as dpkg, rpm or apk names it',
  [ATTR.packageVersion]: 'its version',
  [ATTR.packageSource]: '`dpkg`, `rpm` or `apk`',
  [ATTR.heapSpaceName]: '`new_space`, `old_space`, …, from a fixed list',
  [ATTR.gcType]: '`minor`, `major`, `incremental` or `weakcb`',
  [RESOURCE.serviceName]: 'as you configured it',
  [RESOURCE.serviceVersion]: 'from the app’s package.json or as configured',
  [RESOURCE.serviceNamespace]: 'as you configured it',
  [RESOURCE.serviceInstanceId]: 'a random id, new at each start',
  [RESOURCE.deploymentEnvironmentName]: 'as you configured it',
  [RESOURCE.hostName]: 'name of the host',
  [RESOURCE.hostArch]: '`x64`, `arm64`, …',
  [RESOURCE.osType]: '`linux`, …',
  [RESOURCE.processPid]: 'the process id',
  [RESOURCE.processRuntimeName]: '`nodejs`',
  [RESOURCE.processRuntimeVersion]: 'the version of Node.js',
  [RESOURCE.telemetrySdkName]: '`retrace`',
  [RESOURCE.telemetrySdkLanguage]: '`nodejs`',
  [RESOURCE.telemetrySdkVersion]: 'the version of Retrace',
  [RESOURCE.hostCpuModelName]: 'model of the processor, makers’ words only (agent)',
  [RESOURCE.hostCpuVendorId]: '`GenuineIntel`, … (agent)',
  [RESOURCE.osName]: '`Debian GNU/Linux`, …, from a fixed list (agent)',
  [RESOURCE.osVersion]: 'its version (agent)',
  [RESOURCE.osBuildId]: 'version of the kernel, labels of one’s own are `*` (agent)',
  [RESOURCE.retraceInstances]: 'how many processes of a host were added up (agent)',
};

function leavesTable(): string {
  const rows = (names: readonly string[]): string[][] =>
    names.map((name) => {
      const words = FIELD_WORDS[name];
      if (words === undefined) throw new Error(`no words for the outgoing field ${name}`);
      return [`\`${name}\``, words];
    });
  const ofSpans = OUTGOING_SPAN_ATTRIBUTES.filter(
    (name) => !OUTGOING_POINT_ATTRIBUTES.includes(name),
  );
  const shared = OUTGOING_SPAN_ATTRIBUTES.filter((name) => !ofSpans.includes(name));
  const metrics = Object.values(METRIC).map((name) => `\`${name}\``);
  const hostMetrics = Object.values(HOST_METRIC).map((name) => `\`${name}\``);
  const ofProcess = Object.values(RUNTIME_METRIC).map((name) => `\`${name}\``);
  return [
    '**About the process, once per window:**',
    tableOf(['Field', 'What it contains'], rows(OUTGOING_RESOURCE_ATTRIBUTES)),
    '**About each series** (a count, a sum, a minimum, a maximum and a histogram of durations, or a plain sum):',
    tableOf(['Field', 'What it contains'], rows(OUTGOING_POINT_ATTRIBUTES)),
    `**About a slow request and each of its queries and calls** (a few requests per endpoint and hour, as OTLP spans): when it began and ended, whether it failed, random ids that join them, of the fields above ${shared.map((name) => `\`${name}\``).join(', ')}, and`,
    tableOf(['Field', 'What it contains'], rows(ofSpans)),
    `**Names of the metrics:** ${metrics.join(', ')}.`,
    `**Host health, measured by the agent every 15 s:** ${hostMetrics.join(', ')}.`,
    `**Of the process itself, once per window:** ${ofProcess.join(', ')}.`,
  ].join('\n\n');
}

function supportedTable(): string {
  return tableOf(
    ['Hook', 'Versions'],
    allInstrumentations().map((one) => [`\`${one.name}\``, `\`${one.supported}\``]),
  );
}

/** README.md with the generated parts as the code has them now. */
export function renderReadme(current: string): string {
  const parts = {
    leaves: leavesTable(),
    config: configTable(),
    supported: supportedTable(),
    cost: costSection(),
  };
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
