/** `retrace/signature`: statements and URLs without their values. Both functions are total. */
export { sqlSignature, type SqlSignature } from './sql/signature.js';
export { urlSignature } from './url/url.js';
