import { ATTR, HOST_METRIC } from '../../core/semconv.js';
import { readText } from './proc-text.js';
import type { Collector } from './types.js';

/**
 * Whole disks only: partitions, RAID and volumes are made of them and would count twice. Names as the kernel gives
 * them, so nothing has to be masked.
 */
const WHOLE_DISK =
  /^(?:(?:sd|vd|xvd|hd)[a-z]{1,3}|nvme\d{1,3}n\d{1,3}|mmcblk\d{1,2}|dasd[a-z]{1,3})$/;
/** Of /proc/diskstats, whatever the disk's own sectors are. */
const SECTOR_BYTES = 512;

/** Bytes, operations and busy time. Fields: Documentation/admin-guide/iostats.rst of the kernel. */
export const disksCollector: Collector = {
  name: 'disks',
  everyRounds: 1,
  collect: async ({ root }, readings) => {
    for (const line of (await readText(`${root}/proc/diskstats`)).split('\n')) {
      const fields = line.trim().split(/\s+/);
      const device = fields[2] ?? '';
      if (fields.length < 13 || !WHOLE_DISK.test(device)) continue;
      const at = (index: number): number => Number(fields[index]);
      const named = { [ATTR.systemDevice]: device };
      const directions = [
        ['read', at(3), at(5)],
        ['write', at(7), at(9)],
      ] as const;
      for (const [direction, operations, sectors] of directions) {
        const attributes = { ...named, [ATTR.diskDirection]: direction };
        readings.counter(HOST_METRIC.diskIo, 'By', sectors * SECTOR_BYTES, attributes);
        readings.counter(HOST_METRIC.diskOperations, '{operation}', operations, attributes);
      }
      readings.counter(HOST_METRIC.diskIoTime, 's', at(12) / 1000, named);
    }
  },
};
