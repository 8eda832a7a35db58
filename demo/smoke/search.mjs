import { Needles } from './needles.mjs';

/** Every way a value is planted into the scanner's own test: it must find what it is told to look for. */
function selfTest(needles, secret) {
  const noise = 'x'.repeat(100);
  const forms = {
    'a piece': secret.slice(3, 8),
    capitals: secret.slice(0, 5).toUpperCase(),
    hex: Buffer.from(secret.slice(5, 10)).toString('hex'),
    base64: Buffer.from(`{"v":"${secret}"}`).toString('base64'),
    'URL encoding': Buffer.from(secret.slice(2, 7)).toString('hex').replace(/../g, '%$&'),
  };
  for (const [name, text] of Object.entries(forms)) {
    if (needles.find(Buffer.from(noise + text + noise)) === undefined) {
      throw new Error(`the search does not find ${name} of a planted value`);
    }
  }
  if (needles.find(Buffer.from(noise + secret + noise), true) === undefined) {
    throw new Error('the search does not find a planted value among opaque bytes');
  }
}

/**
 * Searches named collections for every planted secret.
 * @param {{ name: string, parts: { bytes: Buffer, opaque?: boolean }[] }[]} collections
 * @returns {{ name: string, bytes: number, finding: string | undefined }[]} a collection without bytes is a finding
 */
export function searchAll(collections, secrets) {
  const needles = new Needles(secrets);
  selfTest(needles, secrets.tokens[0]);
  const results = collections.map(({ name, parts }) => {
    let bytes = 0;
    let finding;
    for (const part of parts) {
      bytes += part.bytes.length;
      const found =
        finding === undefined ? needles.find(part.bytes, part.opaque === true) : undefined;
      if (found !== undefined) finding = `a value planted as ${found.kind}, ${found.form}`;
    }
    if (bytes === 0) finding = 'nothing was recorded';
    return { name, bytes, finding };
  });
  return { results, needles: needles.size };
}
