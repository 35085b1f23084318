import { reference } from './json-schema.ts';

export type Json = Readonly<Record<string, unknown>>;

export const body = (schema: string, type = 'application/json'): Json => ({
  content: { [type]: { schema: reference(schema) } },
});

export const requestBody = (schema: string): Json => ({ required: true, ...body(schema) });

/** What every operation may answer instead. */
export const problems: Json = {
  default: { description: 'Refused or failed: a problem', ...body('Problem', 'application/problem+json') },
};

export const ok = (description: string, schema: string, status = 200): Json => ({
  [status]: { description, ...body(schema) },
  ...problems,
});

export const inPath = (name: string): Json => ({ name, in: 'path', required: true, schema: { type: 'string' } });

export const inQuery = (name: string, schema: Json, description?: string): Json => ({
  name,
  in: 'query',
  required: false,
  schema,
  ...(description === undefined ? {} : { description }),
});
