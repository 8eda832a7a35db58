/**
 * `retrace/signature`: statements and URLs without their values, for logs, metrics and traces of your own. Both
 * functions are total (nothing is thrown, whatever the text), need linear time and give bounded texts. See
 * docs/signatures.md for what is masked and why.
 *
 * @example
 * const { sqlSignature, urlSignature } = require('retrace/signature');
 * sqlSignature("SELECT * FROM users WHERE email = 'jane@example.org'", { dialect: 'postgresql' });
 * // { text: 'SELECT * FROM users WHERE email = ?', hash: '…16 hex digits…', summary: 'SELECT users' }
 * urlSignature('GET', 'https://jane:pw@api.example.com/v1/users/4711?x=y');
 * // 'GET api.example.com/v1/users/*'
 */
export { sqlSignature, type SqlSignature } from './sql/signature.js';
export { urlSignature } from './url/url.js';
