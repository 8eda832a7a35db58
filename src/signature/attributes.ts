/** Cleaning of single values that are neither statements nor URLs. */
import os from 'node:os';
import { ERROR_ABORTED, ERROR_OTHER } from '../core/semconv.js';
import { isOrdinaryName, maskName } from './sql/names.js';

const MAX_NAME = 128;

/** Classes of the SQL standard and of the databases in use; the other three characters are a code within the class. */
const SQLSTATE_CLASSES = new Set(
  `00 01 02 03 07 08 09 0A 0B 0D 0E 0F 0K 0L 0M 0N 0P 0S 0T 0U 0V 0W 0X 0Y 0Z 10 20 21 22 23 24 25 26 27 28 2B 2C
   2D 2E 2F 2H 30 33 34 35 36 38 39 3B 3C 3D 3F 40 42 44 45 46 51 53 54 55 56 57 58 70 72 F0 HV HW HY HZ IM P0 S0 S1
   XA XX`.split(/\s+/),
);
const SQLSTATE = /^[0-9A-Z]{2}[0-9PVKNE][0-9A-Z]{2}$/;
const ERRNO = new Set([
  ...Object.keys(os.constants.errno),
  ...'ENOTFOUND EAI_AGAIN EAI_FAIL EAI_NODATA EAI_NONAME EAI_MEMORY EAI_FAMILY EAI_SERVICE EPROTO ECHARSET EOF EREQUEST ELOGIN ETIMEOUT ESOCKET ECONNCLOSED EABORT ECANCEL EINSTLOOKUP EALREADYCONNECTED ENCODE'.split(
    ' ',
  ),
]);
/** `ERR_TLS_CERT_ALTNAME_INVALID`, `UND_ERR_SOCKET`, `ER_DUP_ENTRY`: words in capitals joined by underscores. */
const CODE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;
const CODE_PREFIX =
  /^(?:ERR|UND|ER|HPE|CERT|UNABLE|SELF|DEPTH|EAI|PROTOCOL|ABORT|POOL|INVALID|CRL|HOSTNAME|ERROR|NJS|ORA|SQLITE|CR|WARN|PERMISSION|RESOURCE|DEADLINE|NOT|ALREADY|FAILED|OUT|DATA|OK|UNAUTHENTICATED|UNAVAILABLE|UNIMPLEMENTED|UNKNOWN|INTERNAL)_/;
const CLASS_NAME =
  /^(?:[a-z][a-z]*\.)*(?:[A-Z][A-Za-z]*\.)*[A-Z][A-Za-z]*(?:Error|Exception|Timeout|Failure)$/;
const PLAIN_CLASSES = new Set(['Error', 'TimeoutError', 'AbortError', 'Timeout']);
const OWN_WORDS = new Set([
  ERROR_ABORTED,
  ERROR_OTHER,
  'timeout',
  'connection_closed',
  'canceled',
  'cancelled',
  'overflow',
]);
const GRPC = new Set(
  'CANCELLED UNKNOWN ABORTED INTERNAL UNAVAILABLE UNIMPLEMENTED UNAUTHENTICATED'.split(' '),
);
const STATUS = /^[1-9][0-9]{2}$/;
const MAX_ERROR = 64;

function hasDataDigits(text: string): boolean {
  return maskName(text) !== text;
}

/**
 * What `error.type` may say: an HTTP status, an SQLSTATE, an error code of the system, Node or a driver, a class
 * name, one of our own words. Anything else, messages above all, is `_OTHER`.
 */
export function cleanErrorType(text: string): string {
  if (text.length === 0 || text.length > MAX_ERROR) return ERROR_OTHER;
  if (OWN_WORDS.has(text) || STATUS.test(text) || ERRNO.has(text) || GRPC.has(text)) return text;
  if (SQLSTATE.test(text) && SQLSTATE_CLASSES.has(text.slice(0, 2))) return text;
  if (CODE.test(text) && CODE_PREFIX.test(text) && !hasDataDigits(text.toLowerCase())) return text;
  if (PLAIN_CLASSES.has(text) || (CLASS_NAME.test(text) && text.length <= MAX_ERROR)) return text;
  return ERROR_OTHER;
}

/** `db.response.status_code`: as an error's type, or a driver's number of up to four digits. */
export function cleanStatusCode(text: string): string {
  return /^[0-9]{1,4}$/.test(text) || /^ORA-[0-9]{5}$/.test(text) ? text : cleanErrorType(text);
}

/** A database's name: ordinary names with their data-like parts masked; a file's path or anything else is `?`. */
export function cleanDatabaseName(name: string): string {
  if (name === '') return '';
  if (name.length > MAX_NAME) return '?';
  const parts = name.split(/([.|-])/);
  const ordinary = parts.every(
    (part, at) => at % 2 === 1 || part === '' || isOrdinaryName(part) || /^[0-9]{1,2}$/.test(part),
  );
  return ordinary ? maskName(name) : '?';
}

/** A table's name, schema and all. */
export function cleanCollection(name: string): string {
  return cleanDatabaseName(name);
}

/** Control characters, including the invisible ones that reorder text. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/**
 * Names that the owner configured (service, environment, namespace): ordinary text of at most 128 characters,
 * control characters out. '' when nothing is left.
 */
export function cleanServiceName(name: string): string {
  return Array.from(name.replace(CONTROL, '').trim()).slice(0, MAX_NAME).join('');
}
