/** Integers from 0 to below `n`. */
export type Random = (n: number) => number;

/** Reproducible by its seed. Source of the algorithm: mulberry32 by Tommy Ettinger, public domain. */
export function randomSource(seed: number): Random {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}
