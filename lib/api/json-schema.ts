export type JsonSchema = Readonly<Record<string, unknown>>;

export const count: JsonSchema = { type: 'integer', minimum: 0 };
export const usd: JsonSchema = {
  type: 'string',
  pattern: '^\\d+(\\.\\d{1,12})?$',
  description: 'US dollars as a decimal string, at most 12 digits after the point',
};
export const instant: JsonSchema = { type: 'string', format: 'date-time' };
export const text: JsonSchema = { type: 'string' };

/** A field that may be `null`. */
export const orNull = (schema: JsonSchema): JsonSchema => ({ oneOf: [schema, { type: 'null' }] });

export const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });

export const reference = (schema: string): JsonSchema => ({ $ref: `#/components/schemas/${schema}` });

/** An object of these fields, all of them required unless it is said which are. */
export const object = (
  properties: Readonly<Record<string, JsonSchema>>,
  required = Object.keys(properties),
): JsonSchema => ({ type: 'object', properties, required });
