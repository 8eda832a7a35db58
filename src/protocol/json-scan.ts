import { MalformedOtlpError } from './errors.js';

/** OTLP metrics nest 13 deep (request … point … attribute … value); array values may add a few. */
const MAX_DEPTH = 64;
/**
 * As with protobuf, what the text may ask for is bounded before anything is built from it: 150 MB at most
 * (measured), while a window of 4000 series with 100 buckets each has about 500,000 elements.
 */
const MAX_ELEMENTS = 600_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Refuses JSON that is too deep or has too many elements, in one pass and before `JSON.parse` sees it.
 * Only brackets and commas outside strings matter; whether the text is JSON at all is for the parser.
 * @throws MalformedOtlpError
 */
export function checkJsonBounds(text: string): void {
  let depth = 0;
  let elements = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        for (i++; i < text.length && text.charCodeAt(i) !== QUOTE; i++) {
          if (text.charCodeAt(i) === BACKSLASH) i++;
        }
        break;
      case OPEN_BRACKET:
      case OPEN_BRACE:
        elements++;
        if (++depth > MAX_DEPTH) throw new MalformedOtlpError('nested too deeply');
        break;
      case CLOSE_BRACKET:
      case CLOSE_BRACE:
        depth--;
        break;
      case COMMA:
        elements++;
        break;
    }
    if (elements > MAX_ELEMENTS) throw new MalformedOtlpError('too many elements');
  }
}
