/**
 * Which parts of a name are data. `tenant_4711` and `tmp_9f8e7d6c` are; `utf8`, `int4`, `sha256`, `address2`
 * are not. Works on bytes; the mark `?` in a name is our own and stays.
 */

/** Digit runs of three and more that belong to well-known words. */
const KNOWN = new Set(
  `sha224 sha256 sha384 sha512 iso8601 iso8859 win1250 win1251 win1252 win1256 win1257 win1258 cp1250 cp1251
   cp1252 latin10 utf8mb3 utf8mb4 x509 rfc3339 rfc4122 base64 crc32 crc32c md5 aes128 aes192 aes256 int128
   int256 uint128 uint256 euc_jis_2004 jis0213 gb18030 gb2312 big5 ripemd160 blake2b512 sha1 ean13 upc2013
   crc64 hll128 uuid128 rsa2048 rsa4096 iso3166 iso4217 iso639 e164 j2000 d3 oid8 int2vector mp3 mp4 h264 h265
   i18n l10n a11y k8s p2p b2b b2c c2c e2e w3c`.split(/\s+/),
);

/** Words of hexadecimal letters only that are words, and not ids, in a name. */
const HEX_WORDS = new Set(
  `accede acceded added beaded bedded beefed ceded dabbed decade decaf deeded deface defaced ebbed efface effaced
   facade faced faded`.split(/\s+/),
);

/** Names longer than the longest limit of any dialect (SQL Server, Oracle: 128) are not names. */
export const MAX_NAME_BYTES = 128;

/** Eight hexadecimal letters in a row among others: `xdeadbeefcafe`. Words have seven (`feedback`, `succeeded`). */
const LETTERS_OF_HEX = /[a-f]{8,}/;
/**
 * Five and more with no other letter beside them: `t_fdeadbe`, `t9fdead`. Of 7831 names in the corpora of the tests none is
 * masked for it that other rules leave alone. Any five in a row would mask 47 more (`needed`, `effect`), any four with no
 * other beside them 28 (`dead`, `feed`, `abcd`).
 */
const ONLY_HEX = /(?<![a-z])[a-f]{5,}(?![a-z])/g;
const PART = /[a-z0-9\u0080-\uffff]+/gi;

/** The middle of a hexadecimal literal. */
const HEX_PREFIXED = /0x[0-9a-f]/;
const HEX_GROUPED = /0x_[0-9a-f]/i;
const NOT_PLAIN = /[^\0-\x7f]|#/;
const NUMBERED = /^\?[0-9]/;
/** A whole name of hexadecimal digits after an x. */
const HEX_NAME = /^x_?[0-9a-f]{4,}$/;

/** True when a part holds letters that are hexadecimal digits, and make no word: `deadbeefcafe`, `fdeadbe`. */
function isHexWord(part: string): boolean {
  if (LETTERS_OF_HEX.test(part)) return true;
  return part.match(ONLY_HEX)?.some((run) => !HEX_WORDS.has(run)) ?? false;
}

function maskPart(part: string): string {
  const lower = part.toLowerCase();
  if (KNOWN.has(lower)) return part;
  const runs = part.match(/[0-9]+/g);
  if (isHexWord(lower) || HEX_PREFIXED.test(lower)) return '?';
  if (runs === null) return part;
  let digits = 0;
  let longest = 0;
  for (const run of runs) {
    digits += run.length;
    longest = Math.max(longest, run.length);
  }
  // The first group of a UUID.
  if (/^[0-9a-f]{8}$/.test(lower)) return '?';
  // Letters and digits mixed: an id, as a whole. `c2` and `t1a` stay.
  if (runs.length >= 3 || (runs.length === 2 && digits >= 3)) return '?';
  if (lower.length >= 6 && /^[0-9a-f]*[0-9][0-9a-f]*[a-f]$|^[0-9a-f]*[0-9]{2}$/.test(lower))
    return '?';
  // `kanari4711`: nothing tells where the data begins.
  return longest >= 3 ? '?' : part;
}

/** A name with its data-like parts replaced by `?`. */
export function maskName(name: string): string {
  if (KNOWN.has(name.toLowerCase())) return name;
  const masked =
    HEX_NAME.test(name.toLowerCase()) || HEX_GROUPED.test(name)
      ? '?'
      : name.replace(PART, maskPart).replace(/\?{2,}/g, '?');
  // Read again, our mark could not be told from a value before such a character, nor from a bind before a digit.
  return masked !== name && (NOT_PLAIN.test(name) || NUMBERED.test(masked)) ? '?' : masked;
}

/** A name may consist of letters of any script, digits, `_`, `$`, `#` and our mark. */
const ORDINARY = /^[\p{L}\p{M}_?][\p{L}\p{M}0-9_$#?]*$/u;

/** True when a quoted identifier's content is an ordinary name. */
export function isOrdinaryName(name: string): boolean {
  return name.length <= MAX_NAME_BYTES && ORDINARY.test(name);
}

const INVISIBLE = /^[\p{Z}\p{Cf}]/u;
const LETTER = /^[\p{L}\p{M}0-9_$?]/u;

/** What a run of word bytes with non-ASCII characters in it starts with. */
export type RunStart =
  { kind: 'space'; length: number } | { kind: 'name'; length: number } | { kind: 'other' };

/** Splits a run at the first character that is no letter. Lengths in UTF-16 units. */
export function splitRun(run: string): RunStart {
  let at = 0;
  while (at < run.length) {
    const char = String.fromCodePoint(run.codePointAt(at) as number);
    if (!LETTER.test(char)) {
      if (at > 0) return { kind: 'name', length: at };
      return INVISIBLE.test(char) ? { kind: 'space', length: char.length } : { kind: 'other' };
    }
    at += char.length;
  }
  return { kind: 'name', length: at };
}
