import { ATTR, HOST_METRIC } from '../../core/semconv.js';
import { cleanDevice, cleanMountpoint, LOCAL_FILE_SYSTEMS } from '../../signature/host-rules.js';
import { readText } from './proc-text.js';
import type { Collector, HostView } from './types.js';

interface Mount {
  device: string;
  path: string;
  type: string;
}

/** Far more than a host has; a bound on what we ask the kernel. */
const MAX_MOUNTS = 200;

/**
 * Space of the local file systems, each counted once however often it is mounted. Those of the network are left out:
 * asking a server that is gone would block.
 */
export const fileSystemsCollector: Collector = {
  name: 'file_systems',
  everyRounds: 1,
  collect: async (view, readings) => {
    const spaces = new Map<
      string,
      { mount: Mount; used: number; free: number; reserved: number }
    >();
    for (const mount of localMounts(await readText(`${view.root}/proc/mounts`))) {
      const space = await spaceOf(view, mount);
      if (space === undefined) continue;
      const device = cleanDevice(mount.device);
      const path = cleanMountpoint(mount.path);
      // Several whose names are masked to the same are told as one.
      const key = `${device} ${path} ${mount.type}`;
      const known = spaces.get(key);
      if (known === undefined) {
        spaces.set(key, { mount: { device, path, type: mount.type }, ...space });
      } else {
        known.used += space.used;
        known.free += space.free;
        known.reserved += space.reserved;
      }
    }
    for (const { mount, ...states } of spaces.values()) {
      for (const [state, bytes] of Object.entries(states)) {
        readings.state(HOST_METRIC.filesystemUsage, 'By', bytes, {
          [ATTR.systemDevice]: mount.device,
          [ATTR.filesystemMountpoint]: mount.path,
          [ATTR.filesystemType]: mount.type,
          [ATTR.filesystemState]: state,
        });
      }
    }
  },
};

/** One mount per device, the one with the shortest path; overlays only as the root of a container. */
export function localMounts(text: string): Mount[] {
  const byDevice = new Map<string, Mount>();
  for (const line of text.split('\n')) {
    const [device = '', escaped = '', type = ''] = line.split(' ');
    const path = unescapePath(escaped);
    if (!LOCAL_FILE_SYSTEMS.has(type) || (type === 'overlay' && path !== '/')) continue;
    const known = byDevice.get(device);
    if (known === undefined || path.length < known.path.length) {
      byDevice.set(device, { device, path, type });
    }
  }
  return [...byDevice.values()].slice(0, MAX_MOUNTS);
}

/** Blanks in paths are written as octal numbers: `\040`. */
function unescapePath(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_all, octal: string) =>
    String.fromCharCode(parseInt(octal, 8)),
  );
}

/** undefined where it cannot be asked: unmounted meanwhile, or not ours to look at. */
async function spaceOf(
  view: HostView,
  mount: Mount,
): Promise<{ used: number; free: number; reserved: number } | undefined> {
  try {
    const { bsize, blocks, bfree, bavail } = await view.statfs(`${view.root}${mount.path}`);
    if (blocks === 0) return undefined;
    return {
      used: (blocks - bfree) * bsize,
      free: bavail * bsize,
      reserved: Math.max(0, bfree - bavail) * bsize,
    };
  } catch {
    return undefined;
  }
}
