import type { Found, OnProblem } from './env-reader.js';

/**
 * `key=value,key2=value2` with percent-encoded values, as OTEL_RESOURCE_ATTRIBUTES and
 * OTEL_EXPORTER_OTLP_HEADERS are written. As the specification demands, one bad pair discards them all.
 */
export function parseKeyValueList(
  found: Found | undefined,
  onProblem: OnProblem,
): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  if (found === undefined) return pairs;
  for (const part of found.text.split(',')) {
    if (part.trim() === '') continue;
    const equals = part.indexOf('=');
    const key = decode(part.slice(0, equals).trim());
    const value = decode(part.slice(equals + 1).trim());
    if (equals < 1 || key === undefined || key === '' || value === undefined) {
      onProblem(found.variable, 'expected key=value pairs separated by commas');
      return new Map();
    }
    pairs.set(key, value);
  }
  return pairs;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
