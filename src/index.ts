/**
 * Public API. An app needs none of it: `node --require retrace/register app.js` is the whole set-up.
 * `retrace/signature` is the same engine without the rest of this file.
 */
export { VERSION } from './core/version.js';
export { sqlSignature, type SqlSignature, urlSignature } from './signature/index.js';
