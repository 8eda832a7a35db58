/** Protobuf wire types. Groups (3, 4) are long deprecated and refused. */
export const WIRE = { varint: 0, fixed64: 1, lengthDelimited: 2, fixed32: 5 } as const;
