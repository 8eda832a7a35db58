import { HEAP_SPACES } from '../core/semconv.js';

/**
 * What only the host's thread can say of itself, in shared memory: it writes a few times per window, the worker reads.
 *
 *   byte  0   Int32    version, odd while it is written
 *         8   Float64  number of the pulse, from 1
 *        16   Float64  when, µs of the writing thread's clock
 *        24   Float64  how long the event loop had been idle by then, ms
 *        32   Float64  limit of the heap's size, bytes
 *        40…  Float64  bytes used per space, in the order of HEAP_SPACES
 *
 * One writer. The version rises by one before and after, with sequentially consistent stores; a reader that finds it
 * odd, or changed, has read a mixture and takes nothing.
 */
/** How often the loop's lateness is probed while it is busy, ms. */
export const DELAY_RESOLUTION_MS = 50;

const VERSION = 0;
const NUMBER = 1;
const AT_US = 2;
const IDLE_MS = 3;
const LIMIT_BYTES = 4;
const SPACES = 5;
const PULSE_BYTES = (SPACES + HEAP_SPACES.length) * 8;

export interface Pulse {
  number: number;
  atUs: number;
  idleMs: number;
  heapLimitBytes: number;
  /** By HEAP_SPACES. */
  heapUsedBytes: number[];
}

export function createPulse(): SharedArrayBuffer {
  return new SharedArrayBuffer(PULSE_BYTES);
}

export class PulseWriter {
  readonly #version: Int32Array;
  readonly #values: Float64Array;

  constructor(shared: SharedArrayBuffer) {
    this.#version = new Int32Array(shared);
    this.#values = new Float64Array(shared);
  }

  write(
    atUs: number,
    idleMs: number,
    heapLimitBytes: number,
    spaces: readonly { space_name: string; space_used_size: number }[],
  ): void {
    const values = this.#values;
    Atomics.add(this.#version, VERSION, 1);
    values[NUMBER] = (values[NUMBER] as number) + 1;
    values[AT_US] = atUs;
    values[IDLE_MS] = idleMs;
    values[LIMIT_BYTES] = heapLimitBytes;
    for (const { space_name, space_used_size } of spaces) {
      const place = (HEAP_SPACES as readonly string[]).indexOf(space_name);
      if (place >= 0) values[SPACES + place] = space_used_size;
    }
    Atomics.add(this.#version, VERSION, 1);
  }
}

/** @returns undefined before the first pulse and while one is being written. */
export function readPulse(shared: SharedArrayBuffer): Pulse | undefined {
  const version = new Int32Array(shared);
  const before = Atomics.load(version, VERSION);
  const values = new Float64Array(shared).slice();
  if (before % 2 !== 0 || Atomics.load(version, VERSION) !== before) return undefined;
  const pulse = {
    number: values[NUMBER] as number,
    atUs: values[AT_US] as number,
    idleMs: values[IDLE_MS] as number,
    heapLimitBytes: values[LIMIT_BYTES] as number,
    heapUsedBytes: [...values.subarray(SPACES)],
  };
  return pulse.number === 0 ? undefined : pulse;
}
