/** `error.type` values and HTTP statuses in words, beside the raw value. */

const WORDS: Record<string, string> = {
  aborted: 'client went away',
  _OTHER: 'other error',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  ETIMEDOUT: 'timed out',
  ENOTFOUND: 'name not found',
  EAI_AGAIN: 'name lookup failed',
  EPIPE: 'connection closed',
  EHOSTUNREACH: 'host unreachable',
  UND_ERR_CONNECT_TIMEOUT: 'connect timed out',
  UND_ERR_HEADERS_TIMEOUT: 'answer timed out',
  UND_ERR_BODY_TIMEOUT: 'body timed out',
  UND_ERR_SOCKET: 'socket closed',
  AbortError: 'cancelled by the app',
  TimeoutError: 'timed out',
  '400': 'Bad Request',
  '401': 'Unauthorized',
  '402': 'Payment Required',
  '403': 'Forbidden',
  '404': 'Not Found',
  '408': 'Request Timeout',
  '409': 'Conflict',
  '422': 'Unprocessable Content',
  '429': 'Too Many Requests',
  '500': 'Internal Server Error',
  '501': 'Not Implemented',
  '502': 'Bad Gateway',
  '503': 'Service Unavailable',
  '504': 'Gateway Timeout',
};

/** SQLSTATE classes, from the SQL standard and PostgreSQL's appendix A. */
const SQLSTATE: Record<string, string> = {
  '08': 'connection exception',
  '21': 'cardinality violation',
  '22': 'data exception',
  '23': 'constraint violation',
  '25': 'invalid transaction state',
  '28': 'invalid authorization',
  '40': 'transaction rollback',
  '42': 'syntax error or access rule',
  '53': 'insufficient resources',
  '54': 'program limit exceeded',
  '55': 'object not in required state',
  '57': 'operator intervention',
  '58': 'system error',
};

/** Words for a type, or undefined where the type speaks for itself. */
export function describeErrorType(type: string): string | undefined {
  const known = Object.hasOwn(WORDS, type) ? WORDS[type] : undefined;
  if (known !== undefined) return known;
  if (/^[0-9A-Z]{5}$/.test(type)) return SQLSTATE[type.slice(0, 2)];
  return undefined;
}
