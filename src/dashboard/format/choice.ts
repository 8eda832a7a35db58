/** A choice among known keys as it stands in the URL: `cols=calls,p95Us`. Pure functions. */

/** Stands for "none of them", because an empty parameter would not be kept. */
const NOTHING = '-';

/** Known keys in the order of `keys`; without a choice, the defaults. */
export function readChoice(
  text: string | null,
  keys: readonly string[],
  defaults: readonly string[],
): string[] {
  if (text === null) return [...defaults];
  const wanted = new Set(text.split(','));
  const known = keys.filter((key) => wanted.has(key));
  // A link from another report names nothing that is here: better the defaults than an empty table.
  return known.length === 0 && text !== NOTHING ? [...defaults] : known;
}

/** Empty where the choice is the defaults: the URL stays short. */
export function writeChoice(
  chosen: readonly string[],
  keys: readonly string[],
  defaults: readonly string[],
): string {
  const known = keys.filter((key) => chosen.includes(key));
  if (known.join() === keys.filter((key) => defaults.includes(key)).join()) return '';
  return known.length === 0 ? NOTHING : known.join();
}
