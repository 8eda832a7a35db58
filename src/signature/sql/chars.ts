/** Classes of the first byte of a token, and the byte sets the scanner tests in its inner loops. */
export const enum CLASS {
  other = 0,
  /** Letter, underscore or a byte of a non-ASCII character: starts a word. */
  word = 1,
  digit = 2,
  space = 3,
  comma = 4,
  dot = 5,
  open = 6,
  close = 7,
  single = 8,
  double = 9,
  backtick = 10,
  operator = 11,
  semicolon = 12,
  dollar = 13,
  colon = 14,
  at = 15,
  question = 16,
  hash = 17,
  bracket = 18,
  bracketEnd = 19,
  brace = 20,
  braceEnd = 21,
  backslash = 22,
  minus = 23,
  slash = 24,
  percent = 25,
}

/** Class per byte. NUL and other control characters stay `other`: nothing valid contains them. */
export const classOf = new Uint8Array(256);
/** 0 = ends a word, 1 = letter that is also a hexadecimal digit, 2 = digit, 4 = non-ASCII byte, 8 = other word byte, 16 = dollar. */
export const wordBits = new Uint8Array(256);
/** ASCII lower-case folding. */
export const fold = new Uint8Array(256);
/** 1 = may stand directly before an opening quote in sane SQL. */
export const beforeQuote = new Uint8Array(256);
/** 1 = may stand directly after a closing quote in sane SQL. */
export const afterQuote = new Uint8Array(256);
/** 1 = part of an operator. */
export const isOperator = new Uint8Array(256);

const code = (char: string): number => char.charCodeAt(0);

for (let byte = 0; byte < 256; byte++) {
  const upper = byte >= 65 && byte <= 90;
  const lower = byte >= 97 && byte <= 122;
  const digit = byte >= 48 && byte <= 57;
  fold[byte] = upper ? byte + 32 : byte;
  if (upper || lower || byte === 95 || byte >= 128) classOf[byte] = CLASS.word;
  if (digit) classOf[byte] = CLASS.digit;
  if (upper || lower || byte === 95) wordBits[byte] = 8;
  if (byte === 36) wordBits[byte] = 16;
  if ((byte >= 97 && byte <= 102) || (byte >= 65 && byte <= 70)) wordBits[byte] = 1;
  if (digit) wordBits[byte] = 2;
  if (byte >= 128) wordBits[byte] = 4;
}
for (const char of ' \t\n\r\f\v') classOf[code(char)] = CLASS.space;
for (const char of '+*<>=~!%^&|') classOf[code(char)] = CLASS.operator;
const single: Record<string, number> = {
  ',': CLASS.comma,
  '.': CLASS.dot,
  '(': CLASS.open,
  ')': CLASS.close,
  "'": CLASS.single,
  '"': CLASS.double,
  '`': CLASS.backtick,
  ';': CLASS.semicolon,
  $: CLASS.dollar,
  ':': CLASS.colon,
  '@': CLASS.at,
  '?': CLASS.question,
  '#': CLASS.hash,
  '[': CLASS.bracket,
  ']': CLASS.bracketEnd,
  '{': CLASS.brace,
  '}': CLASS.braceEnd,
  '\\': CLASS.backslash,
  '-': CLASS.minus,
  '/': CLASS.slash,
  '%': CLASS.percent,
};
for (const [char, kind] of Object.entries(single)) classOf[code(char)] = kind;
for (const char of '+-*/<>=~!@#%^&|') isOperator[code(char)] = 1;
for (const char of ' \t\n\r\f\v(,=<>|+-[@~:;') beforeQuote[code(char)] = 1;
// NUL is the sentinel after the last byte: the end of the text may follow a quote.
for (const char of ' \t\n\r\f\v),;:=<>|+-]}!~@\0') afterQuote[code(char)] = 1;

/**
 * One lookup per byte of a word: the folded byte in the low eight bits, the class from `wordBits` above them; 0 ends
 * the word. Two tables cost a tenth more time per statement.
 */
export const wordTable = new Uint16Array(256);
for (let byte = 0; byte < 256; byte++) {
  const bits = wordBits[byte] as number;
  if (bits !== 0) wordTable[byte] = (fold[byte] as number) | (bits << 8);
}
/** 1 = directly after a word, makes it something else: a quote, our mark, U&, a name with a number sign. */
export const alters = new Uint8Array(256);
for (const char of `'"?&#`) alters[code(char)] = 1;
