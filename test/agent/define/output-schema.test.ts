import { z } from 'ballast';
import { describe, expect, it } from 'vitest';
import { outputFormat } from '../../../lib/agent/define/output-schema.ts';

const nested = z.object({
  name: z.string(),
  get child() {
    return z.optional(nested);
  },
});
const either = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('a') }),
  z.object({ kind: z.literal('b'), size: z.number() }),
]);

describe('an output, as the provider is told of it', () => {
  it('names every key of every object, and puts into words what the provider does not hold an answer to', () => {
    const output = z.object({
      at: z.iso.date(),
      tags: z.array(z.enum(['x', 'y'])).check(z.minLength(2)),
      who: z.nullable(z.string().check(z.maxLength(9), z.describe('The name.'))),
      nick: z.nullable(z.string()),
      kind: either,
    });
    const kinds = { type: 'object', required: ['kind'], additionalProperties: false };
    expect(outputFormat(output)).toMatchObject({
      type: 'object',
      required: ['at', 'tags', 'who', 'nick', 'kind'],
      additionalProperties: false,
      properties: {
        at: { type: 'string', format: 'date' },
        tags: { type: 'array', items: { enum: ['x', 'y'] }, description: 'minItems: 2' },
        who: { anyOf: [{ type: 'string', description: 'The name. maxLength: 9' }, { type: 'null' }] },
        nick: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        kind: { anyOf: [{ ...kinds, properties: { kind: { const: 'a' } } }, { additionalProperties: false }] },
      },
    });
  });

  it.each<[string, z.core.$ZodType, string]>([
    ['a text', z.string(), 'it is no object, which the API refuses: use z.strictObject'],
    ['a list', z.array(z.object({})), 'it is no object'],
    ['a union', either, 'it is no object'],
    ['a record', z.object({ prices: z.record(z.string(), z.number()) }), 'prices has keys of any name'],
    ['a loose object', z.looseObject({}), 'it has keys of any name'],
    ['anything', z.object({ extra: z.unknown() }), 'extra may be anything'],
    ['a tuple', z.object({ list: z.array(z.tuple([z.string()])) }), 'list.* is a tuple'],
    ['itself', nested, 'child refers to itself'],
    [
      'an instant',
      z.object({ list: z.array(z.object({ at: z.date() })) }),
      'list.*.at has a type that JSON does not have',
    ],
    ['a transform', z.object({ n: z.pipe(z.string(), z.transform(Number)) }), 'n has a type that JSON does not have'],
    ['a key that the API does not take', z.object({ 'a b': z.string() }), 'a b has a name that the API refuses'],
  ])('is refused where it is %s, with the place', (_title, output, message) => {
    expect(() => outputFormat(output)).toThrow(message);
  });
});
