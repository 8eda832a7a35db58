import { ANY_VALUE, KEY_VALUE, RESOURCE_MESSAGE, SCOPE } from './fields.js';
import type { Attributes, AttributeValue } from './types.js';
import type { WireWriter } from './wire-writer.js';

/** Contents of a Resource message. */
export function writeResource(writer: WireWriter, resource: Attributes): void {
  writeAttributes(writer, RESOURCE_MESSAGE.attributes, resource);
}

/** Contents of an InstrumentationScope message. */
export function writeScope(
  writer: WireWriter,
  { scopeName, scopeVersion }: { scopeName: string; scopeVersion: string },
): void {
  writer.string(SCOPE.name, scopeName);
  if (scopeVersion !== '') writer.string(SCOPE.version, scopeVersion);
}

/** @param field the number of the repeated KeyValue field. */
export function writeAttributes(writer: WireWriter, field: number, attributes: Attributes): void {
  // Half of what encoding a window left to the collector were the arrays and closures of a shorter way to say this.
  for (const key in attributes) {
    const pairAt = writer.open(field);
    writer.string(KEY_VALUE.key, key);
    const valueAt = writer.open(KEY_VALUE.value);
    writeValue(writer, attributes[key] as AttributeValue);
    writer.close(valueAt);
    writer.close(pairAt);
  }
}

function writeValue(writer: WireWriter, value: AttributeValue): void {
  if (typeof value === 'string') writer.string(ANY_VALUE.string, value);
  else if (typeof value === 'boolean') writer.bool(ANY_VALUE.bool, value);
  else if (Number.isSafeInteger(value)) writer.signed64(ANY_VALUE.int, value);
  else writer.double(ANY_VALUE.double, value);
}
