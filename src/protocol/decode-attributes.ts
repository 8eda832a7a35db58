import { COST, type Budget } from './budget.js';
import { ANY_VALUE, KEY_VALUE, RESOURCE_MESSAGE, SCOPE } from './fields.js';
import type { AttributeValue } from './types.js';
import type { WireReader } from './wire-reader.js';
import { WIRE } from './wire-types.js';

/** Key and value of one KeyValue field; undefined value = a kind that has no place here. */
export type DecodedAttribute = readonly [key: string, value: AttributeValue | undefined];

export function readAttribute(reader: WireReader, budget: Budget): DecodedAttribute {
  budget.spend(COST.attribute);
  let key = '';
  let value: AttributeValue | undefined;
  reader.message(() => {
    while (reader.next()) {
      if (!reader.is(WIRE.lengthDelimited)) reader.skip();
      else if (reader.field === KEY_VALUE.key) key = reader.string();
      else if (reader.field === KEY_VALUE.value) value = reader.message(readValue);
      else reader.skip();
    }
  });
  return [key, value];
}

/** The last of several equal keys counts. */
export function addAttribute(
  attributes: Record<string, AttributeValue>,
  [key, value]: DecodedAttribute,
): void {
  // Assigning to `__proto__` would set the prototype instead; nothing sensible is called that.
  if (value !== undefined && key !== '__proto__') attributes[key] = value;
}

/** Contents of a Resource message, added to what is in `resource` already. */
export function readResource(
  reader: WireReader,
  budget: Budget,
  resource: Record<string, AttributeValue>,
): void {
  while (reader.next()) {
    if (reader.field === RESOURCE_MESSAGE.attributes && reader.is(WIRE.lengthDelimited)) {
      addAttribute(resource, readAttribute(reader, budget));
    } else {
      reader.skip();
    }
  }
}

/** Contents of an InstrumentationScope message. */
export function readScope(
  reader: WireReader,
  scope: { scopeName: string; scopeVersion: string },
): void {
  while (reader.next()) {
    if (!reader.is(WIRE.lengthDelimited)) reader.skip();
    else if (reader.field === SCOPE.name) scope.scopeName = reader.string();
    else if (reader.field === SCOPE.version) scope.scopeVersion = reader.string();
    else reader.skip();
  }
}

function readValue(reader: WireReader): AttributeValue | undefined {
  let value: AttributeValue | undefined;
  while (reader.next()) {
    if (reader.field === ANY_VALUE.string && reader.is(WIRE.lengthDelimited)) {
      value = reader.string();
    } else if (reader.field === ANY_VALUE.bool && reader.is(WIRE.varint)) {
      value = reader.varint() !== 0;
    } else if (reader.field === ANY_VALUE.int && reader.is(WIRE.varint)) {
      value = reader.signed64();
    } else if (reader.field === ANY_VALUE.double && reader.is(WIRE.fixed64)) {
      value = reader.double();
    } else {
      reader.skip();
    }
  }
  return value;
}
