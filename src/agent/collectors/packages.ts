import { readdir } from 'node:fs/promises';
import { ATTR, HOST_METRIC } from '../../core/semconv.js';
import { PACKAGE_NAME, PACKAGE_VERSION } from '../../signature/host-rules.js';
import { readText, readTextIfAny } from './proc-text.js';
import type { Collector, HostView } from './types.js';

interface Package {
  name: string;
  version: string;
  source: 'dpkg' | 'rpm' | 'apk';
}

/** Once a day, and when the agent starts. */
const EVERY_ROUNDS = 5_760;
/** More than the largest desktop installs. */
const MAX_PACKAGES = 8_000;

/** Installed applications as the package manager lists them: name and version, nothing else. */
export const packagesCollector: Collector = {
  name: 'packages',
  everyRounds: EVERY_ROUNDS,
  collect: async (view, readings) => {
    const packages = [
      ...(await readDpkg(view)),
      ...(await readApk(view)),
      ...(await readRpm(view)),
    ];
    const told = new Set<string>();
    for (const { name, version, source } of packages) {
      if (told.size >= MAX_PACKAGES) return;
      if (!PACKAGE_NAME.test(name) || !PACKAGE_VERSION.test(version)) continue;
      // The same for a second architecture is no other application.
      const key = `${name} ${version}`;
      if (told.has(key)) continue;
      told.add(key);
      readings.gauge(HOST_METRIC.package, '{package}', 1, {
        [ATTR.packageName]: name,
        [ATTR.packageVersion]: version,
        [ATTR.packageSource]: source,
      });
    }
  },
};

/** dpkg(1): paragraphs of `Name: value` lines; images without a package manager keep one file per package. */
async function readDpkg({ root }: HostView): Promise<Package[]> {
  const texts = [await readTextIfAny(`${root}/var/lib/dpkg/status`)];
  const folder = `${root}/var/lib/dpkg/status.d`;
  for (const file of await readdir(folder).catch(() => [])) {
    if (!file.endsWith('.md5sums')) texts.push(await readText(`${folder}/${file}`));
  }
  const packages: Package[] = [];
  for (const paragraph of texts.flatMap((text) => text?.split(/\n\n+/) ?? [])) {
    const name = /^Package: (.+)$/m.exec(paragraph)?.[1];
    const version = /^Version: (.+)$/m.exec(paragraph)?.[1];
    const status = /^Status: (.+)$/m.exec(paragraph)?.[1] ?? 'install ok installed';
    if (name === undefined || version === undefined || !status.endsWith(' installed')) continue;
    packages.push({ name, version, source: 'dpkg' });
  }
  return packages;
}

/** apk-package(5): paragraphs of `P:name`, `V:version`. */
async function readApk({ root }: HostView): Promise<Package[]> {
  const text =
    (await readTextIfAny(`${root}/lib/apk/db/installed`)) ??
    (await readTextIfAny(`${root}/usr/lib/apk/db/installed`));
  const packages: Package[] = [];
  for (const paragraph of text?.split(/\n\n+/) ?? []) {
    const name = /^P:(.+)$/m.exec(paragraph)?.[1];
    const version = /^V:(.+)$/m.exec(paragraph)?.[1];
    if (name !== undefined && version !== undefined)
      packages.push({ name, version, source: 'apk' });
  }
  return packages;
}

/** rpm's database has had three formats: its own program reads them all. Only where there is one. */
async function readRpm({ root, run }: HostView): Promise<Package[]> {
  for (const folder of ['/usr/lib/sysimage/rpm', '/var/lib/rpm']) {
    const files = await readdir(`${root}${folder}`).catch(() => []);
    // Debian's package of rpm leaves an empty folder.
    if (!files.some((file) => /^(?:rpmdb\.sqlite|Packages(?:\.db)?)$/.test(file))) continue;
    const text = await run('/usr/bin/rpm', ['-qa', '--qf', '%{NAME}\\t%{VERSION}-%{RELEASE}\\n']);
    return text.split('\n').flatMap((line) => {
      const [name, version] = line.split('\t');
      if (name === undefined || version === undefined) return [];
      return [{ name, version, source: 'rpm' as const }];
    });
  }
  return [];
}
