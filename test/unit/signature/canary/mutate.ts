import type { Planted } from './plant.js';

/** A small generator of pseudo-random numbers (mulberry32), so that a failure can be repeated from its seed. */
export function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

type Random = (below: number) => number;

const QUOTES = `'"`;
const CLOSING = ']`"';
const BYTES = `'"\\\`$;-/*#()[]{}?:@&%, \n\r\t\0\u00a0\u3000\ufeff\ud800é`;

function insertAt(text: string, at: number, piece: string, remove = 0): string {
  return text.slice(0, at) + piece + text.slice(at + remove);
}

/** True when the place is within a planted value or a piece of one. */
function insideValue(planted: Planted, at: number): boolean {
  const around = planted.text.slice(at - 1, at + 1);
  return around.length === 2 && planted.values.some((value) => value.includes(around));
}

/** Puts two undamaged statements together. */
function combine(planted: Planted, other: Planted, random: Random): Planted {
  const values = [...planted.values, ...other.values];
  const { text } = planted;
  // Messages of errors are no statements, and stand alone.
  if (/^(?:duplicate|Key|ERROR)/.test(text) || /^(?:duplicate|Key|ERROR)/.test(other.text))
    return planted;
  switch (random(5)) {
    case 0:
      return { ...planted, text: `${text}; ${other.text}`, values };
    case 1:
      return { ...planted, text: `${text}\n${other.text}`, values };
    case 2:
      return { ...planted, text: `SELECT * FROM (${text}) x WHERE a IN (${other.text})`, values };
    case 3: {
      const escaped = other.text.replace(/'/g, "''");
      return {
        ...planted,
        text: `SELECT a FROM t WHERE b = '${escaped}' AND c IN (${text})`,
        values,
      };
    }
    default:
      return planted;
  }
}

/**
 * Damages a statement once. Values are not cut in two by anything but a quote, and statements with bare words keep
 * their keywords: what is left of `PASSWORD x` after its keyword is gone is a name by every rule.
 */
function damage(planted: Planted, random: Random, only: boolean): Planted {
  const { text } = planted;
  const at = random(text.length + 1);
  const hasBare = planted.values.some((value) => value.startsWith('wanaka'));
  switch (random(hasBare ? 4 : 8)) {
    case 0:
      return { ...planted, text: text.slice(0, at) };
    case 1:
      return hasBare ? planted : { ...planted, text: text.slice(at) };
    case 2:
      return { ...planted, text: `${text.slice(0, at)}...` };
    case 3: {
      const byte = BYTES[random(BYTES.length)] as string;
      // `[kanari4711 t` cut to `[kanari4` and closed: a name by every rule.
      if (CLOSING.includes(byte) && /[[`"]\w+$/.test(text)) return planted;
      return { ...planted, text: `${text}${byte}` };
    }
    case 4: {
      const quotes = [...text].flatMap((char, index) => (QUOTES.includes(char) ? [index] : []));
      if (quotes.length === 0) return planted;
      const chosen = quotes[random(quotes.length)] as number;
      return { ...planted, text: insertAt(text, chosen, QUOTES[random(2)] as string, 1) };
    }
    case 5: {
      const byte = insideValue(planted, at) ? "'" : (BYTES[random(BYTES.length)] as string);
      return { ...planted, text: insertAt(text, at, byte) };
    }
    case 6:
      // A literal without its opening quote is recognized by the odd quote: no cut besides that.
      if (!only && QUOTES.includes(text[at] ?? ' ')) return planted;
      return insideValue(planted, at) ? planted : { ...planted, text: insertAt(text, at, '', 1) };
    default: {
      const to = at + random(text.length + 1 - at);
      return { ...planted, text: text.slice(at, to) };
    }
  }
}

/** One statement or two, then up to three damages. */
export function mutate(all: readonly Planted[], random: Random): Planted {
  const pick = (): Planted => all[random(all.length)] as Planted;
  let planted = combine(pick(), pick(), random);
  const times = random(4);
  for (let left = times; left > 0; left--) planted = damage(planted, random, times === 1);
  return planted;
}
