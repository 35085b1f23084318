import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { describeIssues } from '../../../lib/http/issues/describe-issue.ts';

const says = (schema: z.ZodMiniType, value: unknown): (readonly [string, string])[] => {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return [];
  return describeIssues(parsed.error.issues, { schema, value }).map(({ path, message }) => [path, message]);
};
const one = (schema: z.ZodMiniType, value: unknown): string => says(schema, value)[0]?.[1] ?? '';

describe('what is said of a refused value', () => {
  it.each<[z.ZodMiniType, string]>([
    [z.string(), 'must be a string'],
    [z.number(), 'must be a number'],
    [z.boolean(), 'must be a boolean'],
    [z.array(z.string()), 'must be an array'],
    [z.object({}), 'must be an object'],
    [z.record(z.string(), z.string()), 'must be an object'],
    [z.null(), 'must be null'],
    [z.date(), 'must be of type date'],
    [z.union([z.string(), z.array(z.string())]), 'must be a string or an array'],
    [z.union([z.object({ a: z.string() }), z.strictObject({ b: z.string() })]), 'must be an object'],
    [z.nullable(z.string()), 'must be a string'],
    [z.literal('text'), 'must be text'],
    [z.enum(['use', 'bypass']), 'must be one of use/bypass'],
  ])('is a sentence (%#)', (schema, sentence) => {
    expect(one(schema, undefined)).toBe(sentence);
  });

  it('is a whole number where half of one came', () => {
    expect(one(z.int(), 1.5)).toBe('must be a whole number');
  });

  it.each<[z.ZodMiniType, unknown, string]>([
    [z.string().check(z.minLength(1)), '', 'must be at least 1 character'],
    [z.string().check(z.maxLength(2)), 'abc', 'must be at most 2 characters'],
    [z.array(z.int()).check(z.minLength(1)), [], 'must be at least 1 item'],
    [z.array(z.int()).check(z.maxLength(0)), [1], 'must be at most 0 items'],
    [z.int().check(z.minimum(1)), 0, 'must be at least 1'],
    [z.number().check(z.maximum(0.5)), 1, 'must be at most 0.5'],
  ])('counts in the singular what is one, and nothing of a number (%#)', (schema, value, sentence) => {
    expect(one(schema, value)).toBe(sentence);
  });

  it('is about what is inside, where one of several forms was meant', () => {
    const text = z.strictObject({ type: z.literal('text'), text: z.string() });
    const schema = z.object({ content: z.union([z.string(), z.array(text)]) });
    const content = [{ type: 'text', text: 'a' }, { type: 'text', text: 5 }, { type: 'image' }];
    expect(says(schema, { content })).toEqual([
      ['content.1.text', 'must be a string'],
      ['content.2.type', 'must be text'],
      ['content.2.text', 'is missing'],
    ]);
    expect(says(schema, { content: 5 })).toEqual([['content', 'must be a string or an array']]);
  });

  it('names each field, an unknown one too, and quotes no value', () => {
    const schema = z.strictObject({ list: z.array(z.object({ role: z.string() })) });
    const value = { list: [{ role: 'canary' }, { role: 7 }], canary2: 'canary' };
    expect(says(schema, value)).toEqual([
      ['list.1.role', 'must be a string'],
      ['canary2', 'is not a known field'],
    ]);
  });

  it('is as short for a million wrong fields as for twenty, and says how many more there are', () => {
    const lists = (length: number) =>
      says(
        z.array(z.string()),
        Array.from({ length }, () => 1),
      );
    expect(lists(20)).toHaveLength(20);
    expect(lists(21).slice(19)).toEqual([
      ['19', 'must be a string'],
      ['', 'has 1 more invalid field'],
    ]);
    expect(lists(50_000).at(-1)).toEqual(['', 'has 49980 more invalid fields']);
    const unknown = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`key${at}`, at]));
    expect(says(z.strictObject({}), unknown).slice(19)).toEqual([
      ['key19', 'is not a known field'],
      ['', 'has 10 more invalid fields'],
    ]);
  });

  it('tells a field that is missing from one that is wrong, at any depth', () => {
    const turn = z.object({ role: z.enum(['user', 'assistant']), content: z.union([z.string(), z.array(z.string())]) });
    const schema = z.object({ task: z.string(), model: z.literal('m'), turns: z.array(turn) });
    expect(says(schema, {})).toEqual([
      ['task', 'is missing'],
      ['model', 'is missing'],
      ['turns', 'is missing'],
    ]);
    expect(says(schema, { task: null, model: 'm', turns: [{}, { role: 'x', content: 5 }] })).toEqual([
      ['task', 'must be a string'],
      ['turns.0.role', 'is missing'],
      ['turns.0.content', 'is missing'],
      ['turns.1.role', 'must be one of user/assistant'],
      ['turns.1.content', 'must be a string or an array'],
    ]);
    expect(says(schema, null)).toEqual([['', 'must be an object']]);
  });

  it('hints at the field that is probably meant, and at none where none is near', () => {
    const inner = z.strictObject({ ttlSeconds: z.optional(z.int()) });
    const schema = z.strictObject({
      maxCostUsd: z.optional(z.string()),
      cache: z.optional(z.nullable(inner)),
      list: z.optional(z.array(z.union([z.string(), inner]))),
      by: z.optional(z.record(z.string(), inner)),
    });
    const wrong = { ttl_seconds: 1 };
    expect(says(schema, { max_cost_usd: '1', prompt: 'x', cache: wrong, list: [wrong], by: { a: wrong } })).toEqual([
      ['cache.ttl_seconds', 'is not a known field; did you mean ttlSeconds?'],
      ['list.0.ttl_seconds', 'is not a known field; did you mean ttlSeconds?'],
      ['by.a.ttl_seconds', 'is not a known field; did you mean ttlSeconds?'],
      ['max_cost_usd', 'is not a known field; did you mean maxCostUsd?'],
      ['prompt', 'is not a known field'],
    ]);
  });
});
