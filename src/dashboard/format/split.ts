import type { ComponentSplit } from '../../server/api-types.js';

/** The database's part of the whole, 0 … 1; NaN where there is nothing to split. */
export function splitRatio(split: ComponentSplit | undefined): number {
  if (split === undefined) return Number.NaN;
  const total = split.databaseUs + split.webServicesUs + split.ownCodeUs;
  return total > 0 ? split.databaseUs / total : Number.NaN;
}
