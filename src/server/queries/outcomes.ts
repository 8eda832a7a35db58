import type { ErrorCount, FailureCount, StatusSplit } from '../api-types.js';
import type { OperationView } from './operation-view.js';

/** Calls by what was answered. */
export function statusesOf(view: OperationView): StatusSplit {
  const split: StatusSplit = { s2xx: 0, s3xx: 0, s4xx: 0, s5xx: 0, failed: 0 };
  view.outcomes(({ status }, calls) => {
    if (status >= 500) split.s5xx += calls;
    else if (status >= 400) split.s4xx += calls;
    else if (status >= 300) split.s3xx += calls;
    else if (status >= 200) split.s2xx += calls;
    else if (status === 0) split.failed += calls;
  });
  return split;
}

/** Failed calls by error.type, most first. */
export function errorTypesOf(view: OperationView): ErrorCount[] {
  const byType = new Map<string, number>();
  view.outcomes(({ errorType }, calls) => {
    if (errorType !== '') byType.set(errorType, (byType.get(errorType) ?? 0) + calls);
  });
  return [...byType].map(([type, calls]) => ({ type, calls })).sort(mostFirst);
}

/** Calls without an answer by what went wrong, most first. */
export function failuresOf(view: OperationView): FailureCount[] {
  const byType = new Map<string, number>();
  view.outcomes(({ status, errorType }, calls) => {
    if (status === 0) byType.set(errorType, (byType.get(errorType) ?? 0) + calls);
  });
  return [...byType]
    .map(([type, calls]) => ({ kind: failureKind(type), type, calls }))
    .sort(mostFirst);
}

function mostFirst(a: ErrorCount, b: ErrorCount): number {
  return b.calls - a.calls || (a.type < b.type ? -1 : 1);
}

/** Error codes of Node, undici and OpenSSL by what a person would call them; the first that fits. */
const KINDS: readonly (readonly [RegExp, FailureCount['kind']])[] = [
  [/timeout|ETIMEDOUT/i, 'timeout'],
  [/^ECONNREFUSED$|^E(HOST|NET)UNREACH$/, 'refused'],
  [/^ENOTFOUND$|^EAI_/, 'dns'],
  [/CERT|TLS|SSL|UNABLE_TO_|SELF_SIGNED|^EPROTO$/, 'tls'],
  [/abort|cancel/i, 'cancelled'],
  [/^ECONNRESET$|^EPIPE$|^ECONNABORTED$|SOCKET|closed|^HPE_|^EOF$/i, 'closed'],
];

export function failureKind(errorType: string): FailureCount['kind'] {
  return KINDS.find(([pattern]) => pattern.test(errorType))?.[1] ?? 'other';
}
