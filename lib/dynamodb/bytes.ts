import type { AttributeValue } from '@aws-sdk/client-dynamodb';

type Attributes = Readonly<Record<string, AttributeValue>>;

/** An attribute as JSON holds it: bytes are base64. */
type Wire = Readonly<Record<string, unknown>>;

/** By entries: an assignment would take `__proto__` for something else than a name. */
const mapped = <From, To>(all: Readonly<Record<string, From>>, each: (value: From) => To): Record<string, To> =>
  Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, each(value)]])),
  );

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'base64');

/** An attribute as it goes over the wire. */
export const toWire = (value: AttributeValue): Wire => {
  if (value.B !== undefined) return { B: base64(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(base64) };
  if (value.L !== undefined) return { L: value.L.map(toWire) };
  if (value.M !== undefined) return { M: mapped(value.M, toWire) };
  return value as unknown as Wire;
};

const fromWire = (value: Wire): AttributeValue => {
  if (value['B'] !== undefined) return { B: bytesOf(value['B'] as string) };
  if (value['BS'] !== undefined) return { BS: (value['BS'] as string[]).map(bytesOf) };
  if (value['L'] !== undefined) return { L: (value['L'] as Wire[]).map(fromWire) };
  if (value['M'] !== undefined) return { M: mapped(value['M'] as Readonly<Record<string, Wire>>, fromWire) };
  return value as unknown as AttributeValue;
};

/** Attributes as they go over the wire. */
export const encoded = (attributes: Attributes): Readonly<Record<string, Wire>> => mapped(attributes, toWire);

/** Attributes as they came over the wire. */
export const decoded = (attributes: Readonly<Record<string, Wire>>): Record<string, AttributeValue> =>
  mapped(attributes, fromWire);
