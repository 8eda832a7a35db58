import { sqlSignatureParts } from '../../../../src/signature/sql/signature.js';
import { createRandom, mutate } from './mutate.js';
import { allPlanted, dialectNames, findLeak, type Planted } from './plant.js';

/** What a run over damaged statements found. */
export interface FuzzResult {
  readings: number;
  leaks: string[];
  /** A signature that is not its own signature, or has another hash when it is read again. */
  unstable: string[];
  /** Statements that differ in their values only and yet in their signatures: the hash knows of the values. */
  unequal: string[];
}

const originals = [...allPlanted()];
// Two sets whose values have the same lengths, so that the same seed damages them in the same places.
const left = [...allPlanted(1001)];
const right = [...allPlanted(4004)];

/** A text with its values made equal: two damaged texts may be compared when this is the same. */
function skeleton(text: string): string {
  return text.replace(/\d/g, '0').replace(/wanaka[a-j]/g, 'wanaka');
}

function maskShortRuns(text: string): string {
  return text.replace(/(?<=[a-z_\u0080-\uffff])\d{1,2}(?![\d])/gi, '0');
}

/** Damages `statements` statements, each read in its own dialect, without one, and in any of the others. */
export function fuzz(statements: number, seed: number): FuzzResult {
  const result: FuzzResult = { readings: 0, leaks: [], unstable: [], unequal: [] };
  const random = createRandom(seed);
  for (let count = 0; count < statements; count++) {
    const planted = mutate(originals, random);
    const other = dialectNames[random(dialectNames.length)];
    for (const dialect of [planted.dialect, undefined, other]) read(planted, dialect, result);
    compare(random(0x7fff_ffff), other, result);
  }
  return result;
}

function read(planted: Planted, dialect: string | undefined, result: FuzzResult): void {
  result.readings++;
  const label = `${dialect ?? 'unknown'}: ${JSON.stringify(planted.text)}`;
  const once = sqlSignatureParts(planted.text, dialect);
  const output = `${once.text}\n${once.summary}\n${once.operation}\n${once.collection}`;
  if (findLeak(output, planted.values) !== undefined) result.leaks.push(`${label} → ${once.text}`);
  const twice = sqlSignatureParts(once.text, dialect);
  if (twice.text !== once.text || twice.hash !== once.hash) result.unstable.push(label);
}

function compare(seed: number, dialect: string | undefined, result: FuzzResult): void {
  const a = mutate(left, createRandom(seed)).text;
  const b = mutate(right, createRandom(seed)).text;
  if (skeleton(a) !== skeleton(b)) return;
  const { hash, text } = sqlSignatureParts(a, dialect);
  const twin = sqlSignatureParts(b, dialect);
  // A digit or two in a name, as in `address2`, are a part of the name.
  const namesDiffer = twin.text !== text && maskShortRuns(twin.text) === maskShortRuns(text);
  if (twin.hash !== hash && !namesDiffer) {
    result.unequal.push(`${dialect ?? 'unknown'}: ${JSON.stringify(a)} → ${text} | ${twin.text}`);
  }
}
