import type { Tool } from '@anthropic-ai/sdk/resources/messages/messages';
import { type $ZodType, toJSONSchema } from 'zod/v4/core';

/** A schema as JSON, without the name of the dialect. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Property names that the API takes. */
export const PROPERTY = /^[a-zA-Z0-9_.-]{1,64}$/;
export const PROPERTY_REFUSED = 'has a name that the API refuses: use 1 to 64 of A-Z a-z 0-9 _ . and -.';

/** An error that names a place in a schema; a star is any item of a list. */
export const refused = (path: readonly (string | number)[], why: string): TypeError =>
  new TypeError(`${path.length === 0 ? 'it' : path.join('.')} ${why}`);

/** Throws a TypeError that names the first place whose type JSON schema lacks. */
export const jsonSchemaOf = (schema: $ZodType, io: 'input' | 'output'): JsonSchema => {
  const { $schema: _, ...json } = toJSONSchema(schema, {
    io,
    unrepresentable: ({ path }) => {
      const place = path.flatMap((step) => (step === 'properties' ? [] : step === 'items' ? '*' : step));
      throw refused(place, 'has a type that JSON does not have: use one that it has, as a string or a number.');
    },
  });
  return json;
};

const schemas = new WeakMap<$ZodType, Tool.InputSchema>();

/** A tool's input as JSON schema for the model, made once. Throws a TypeError that names the first place that the API would refuse. */
export const toolSchema = (input: $ZodType): Tool.InputSchema => {
  const known = schemas.get(input);
  if (known) return known;
  const schema = jsonSchemaOf(input, 'input');
  if (schema['type'] !== 'object')
    throw refused([], 'is no plain object, which the API refuses: use z.strictObject({ … }), with a union inside it.');
  const name = Object.keys(schema['properties'] ?? {}).find((each) => !PROPERTY.test(each));
  if (name !== undefined) throw refused([name], PROPERTY_REFUSED);
  schemas.set(input, schema as unknown as Tool.InputSchema);
  return schema as unknown as Tool.InputSchema;
};
