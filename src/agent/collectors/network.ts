import { ATTR, HOST_METRIC } from '../../core/semconv.js';
import { cleanInterface } from '../../signature/host-rules.js';
import { readText } from './proc-text.js';
import type { Collector } from './types.js';

/** Loopback, and the host's ends of containers' cables: what goes through them is counted at a real interface. */
const NOT_OUTSIDE =
  /^(?:lo|veth.*|cali.*|cilium.*|lxc.*|ifb\d+|dummy\d+|sit\d+|tunl\d+|gre\w*|ip6\w*|ip_vti\d+|erspan\d+|br-[0-9a-f]+|docker\d+|virbr\d+(?:-nic)?|vnet\d+|cni\d+|flannel.*|kube-.*|nodelocaldns)$/;

type Direction = 'receive' | 'transmit';

/** Bytes, errors and dropped packets of the interfaces that lead outside. proc(5), `/proc/net/dev`. */
export const networkCollector: Collector = {
  name: 'network',
  everyRounds: 1,
  collect: async ({ root }, readings) => {
    const sums = new Map<string, { name: string; direction: Direction; counts: number[] }>();
    for (const line of (await readText(`${root}/proc/net/dev`)).split('\n')) {
      const found = /^\s*([^:\s]+):\s*(.*)$/.exec(line);
      if (found === null || NOT_OUTSIDE.test(found[1] as string)) continue;
      const fields = (found[2] as string).trim().split(/\s+/).map(Number);
      if (fields.length < 12) continue;
      const name = cleanInterface(found[1] as string);
      for (const [direction, first] of [
        ['receive', 0],
        ['transmit', 8],
      ] as const) {
        // Interfaces whose names are masked are told as one.
        const key = `${name} ${direction}`;
        const sum = sums.get(key) ?? { name, direction, counts: [0, 0, 0] };
        [first, first + 2, first + 3].forEach(
          (field, i) => (sum.counts[i] = (sum.counts[i] ?? 0) + (fields[field] ?? 0)),
        );
        sums.set(key, sum);
      }
    }
    for (const { name, direction, counts } of sums.values()) {
      const attributes = { [ATTR.networkInterface]: name, [ATTR.networkDirection]: direction };
      const [bytes = 0, errors = 0, dropped = 0] = counts;
      readings.counter(HOST_METRIC.networkIo, 'By', bytes, attributes);
      readings.counter(HOST_METRIC.networkErrors, '{error}', errors, attributes);
      readings.counter(HOST_METRIC.networkDropped, '{packet}', dropped, attributes);
    }
  },
};
