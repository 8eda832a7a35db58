import { isIPv4, isIPv6 } from 'node:net';
import { maskName } from '../sql/names.js';

/** RFC 1035: a host name has at most 253 characters, a label at most 63. */
const MAX_HOST = 253;
const MAX_LABEL = 40;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/;
/** What may follow a host's colon. Anything else is no port, and what stands before it is no host but a user. */
const PORT = /^[0-9]{0,5}$/;

/** What stands for a host that is none, such as the path of a Unix socket. */
export const HIDDEN_HOST = '*';

function cleanLabel(label: string): string {
  if (label === '*') return label;
  if (label.length > MAX_LABEL || !LABEL.test(label)) return '*';
  return maskName(label).includes('?') ? '*' : label;
}

/**
 * A host without userinfo, port and brackets, lower case. Labels that look like ids (`tenant-4711`, `c9akciq32`)
 * become `*`; addresses stay. '' stays ''. Anything that is no host is `*`.
 */
export function cleanHost(host: string): string {
  let text = host.trim().toLowerCase();
  if (text === '') return '';
  text = text.slice(text.lastIndexOf('@') + 1);
  if (text.startsWith('[')) {
    const end = text.indexOf(']');
    text = end < 0 ? text.slice(1) : text.slice(1, end);
    return isIPv6(text) && !text.includes('%') ? text : HIDDEN_HOST;
  }
  const colon = text.indexOf(':');
  if (colon >= 0) {
    if (text.indexOf(':', colon + 1) >= 0)
      return isIPv6(text) && !text.includes('%') ? text : HIDDEN_HOST;
    if (!PORT.test(text.slice(colon + 1))) return HIDDEN_HOST;
    text = text.slice(0, colon);
  }
  if (text.endsWith('.')) text = text.slice(0, -1);
  if (text === '' || text.length > MAX_HOST) return HIDDEN_HOST;
  if (isIPv4(text)) return text;
  return text.split('.').map(cleanLabel).join('.');
}
