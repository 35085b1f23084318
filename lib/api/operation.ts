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

export const ok = (description: string, schema: string, status = 200, headers?: Json): Json => ({
  [status]: { description, ...(headers && { headers }), ...body(schema) },
});

/** A header of an answer that `components` describes; those are always there, or say when they are. */
export const answerHeader = (name: string, component: string): Json => ({
  [name]: { $ref: `#/components/headers/${component}` },
});

/** Server-Sent Events, whose data is described by their names. */
export const eventStream = (events: string): Json => ({
  'text/event-stream': {
    schema: {
      type: 'string',
      description: `Server-Sent Events; what each holds is described by its name in \`${events}\``,
      contentMediaType: 'text/event-stream',
      contentSchema: reference(events),
    },
  },
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
