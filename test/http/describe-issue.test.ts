import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { describeIssues } from '../../lib/http/describe-issue.ts';

const says = (schema: z.ZodMiniType, value: unknown): (readonly [string, string])[] => {
  const parsed = z.safeParse(schema, value);
  return parsed.success ? [] : describeIssues(parsed.error.issues).map(({ path, message }) => [path, message]);
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
      ['content.2.text', 'must be a string'],
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
      ['', 'has 1 more invalid field(s)'],
    ]);
    expect(lists(50_000).at(-1)).toEqual(['', 'has 49980 more invalid field(s)']);
    const unknown = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`key${at}`, at]));
    expect(says(z.strictObject({}), unknown).slice(19)).toEqual([
      ['key19', 'is not a known field'],
      ['', 'has 10 more invalid field(s)'],
    ]);
  });
});
