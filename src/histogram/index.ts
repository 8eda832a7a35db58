export { MalformedHistogramError } from './bytes.js';
export type { ExplicitParts, ExponentialParts } from './convert.js';
export { Histogram, type ExponentialBuckets } from './histogram.js';
