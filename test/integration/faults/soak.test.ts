/**
 * Random faults under traffic. 30 s within `npm test`; the long run, every night:
 *
 *   npm run soak:agent                          # 10 minutes, seed of the day
 *   SOAK_SECONDS=600 SOAK_SEED=7 npm run soak:agent
 */
import { expect, it } from 'vitest';
import { soak } from './soak.js';

const seconds = Number(process.env['SOAK_SECONDS'] ?? 30);
const seed = Number(process.env['SOAK_SEED'] ?? 5);

it(
  `nothing is lost or counted twice in ${seconds} s of random faults (seed ${seed})`,
  async () => {
    const log = (line: string): void => void process.stderr.write(`soak: ${line}\n`);
    const { recorded, books, faults, windows, requests } = await soak({ seconds, seed, log });
    log(
      `${windows} windows, ${recorded} recorded, ${books.committed} committed, ${requests} requests`,
    );
    log(`faults: ${JSON.stringify(faults)}`);
    expect(books.dropped).toEqual({});
    expect(books.committed).toBe(recorded);
    expect(Object.values(faults).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(5);
  },
  seconds * 1000 + 240_000,
);
