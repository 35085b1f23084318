import { EXAMPLES } from './examples.ts';
import { reference } from './json-schema.ts';

export type Json = Readonly<Record<string, unknown>>;

export const body = (schema: string, type = 'application/json'): Json => ({
  content: { [type]: { schema: reference(schema) } },
});

/** The body of a request, with its example. */
export const requestBody = (schema: string, required = true): Json => ({
  required,
  content: { 'application/json': { schema: reference(schema), example: EXAMPLES[schema] } },
});

/** What every operation may answer instead. */
export const problems: Json = {
  default: { description: 'Refused or failed: a problem', ...body('Problem', 'application/problem+json') },
};

export const ok = (description: string, schema: string, status = 200): Json => ({
  [status]: { description, ...body(schema) },
  ...problems,
});

export const inPath = (name: string): Json => ({ name, in: 'path', required: true, schema: { type: 'string' } });

const optional =
  (place: 'query' | 'header') =>
  (name: string, schema: Json, description?: string): Json => ({
    name,
    in: place,
    required: false,
    schema,
    ...(description === undefined ? {} : { description }),
  });

export const inQuery = optional('query');
export const inHeader = optional('header');
