import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputBoundOf } from '../../../lib/pricing/bounds/input-bound.ts';
import { png } from '../../usage/pictures.ts';

const SEED = 20261121;
const WINDOW = 1_000_000;
const options = { seed: SEED, numRuns: 300 };

/**
 * A tokenizer as bad as one can be: a token for each byte of text, wherever text stands in the request,
 * and four to open and close a message, a block or a tool.
 */
const worstTokens = (value: unknown): number => {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value).length;
  if (Array.isArray(value)) return value.reduce<number>((sum, inner) => sum + worstTokens(inner), 0);
  if (typeof value !== 'object' || value === null) return 0;
  const { source } = value as { source?: { type?: string } };
  if ('type' in value && value.type === 'image' && source?.type === 'base64') return 4 + 1_296;
  return Object.entries(value).reduce((sum, [key, inner]) => sum + Buffer.byteLength(key) + worstTokens(inner), 4);
};

const string = fc.string({ unit: 'binary', maxLength: 200 });
const image = fc.constant({
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: png(1_000, 1_000).padEnd(10_000, 'A') },
});
const text = fc.record({ type: fc.constant('text'), text: string });
const block = fc.oneof(
  text,
  image,
  fc.record({ type: fc.constant('thinking'), thinking: string, signature: string }),
  fc.record({ type: fc.constant('redacted_thinking'), data: string }),
  fc.record({ type: fc.constant('tool_use'), id: string, name: string, input: fc.jsonValue() }),
  fc.record({
    type: fc.constant('tool_result'),
    tool_use_id: string,
    content: fc.oneof(string, fc.array(fc.oneof(text, image), { maxLength: 4 })),
  }),
  fc.record({ type: fc.constant('search_result'), source: string, title: string, content: fc.array(text) }),
);
const request = fc.record({
  model: fc.constant('claude-opus-5-5'),
  system: fc.oneof(string, fc.array(text, { maxLength: 3 })),
  messages: fc.array(
    fc.record({
      role: fc.constantFrom('user', 'assistant', 'system'),
      content: fc.oneof(string, fc.array(block, { maxLength: 5 })),
    }),
    { maxLength: 6 },
  ),
  tools: fc.array(fc.record({ name: string, description: string, input_schema: fc.jsonValue({ maxDepth: 6 }) }), {
    maxLength: 4,
  }),
});

describe('the bound of a request', () => {
  it('is never below the count of a tokenizer that makes a token of each byte', () => {
    fc.assert(
      fc.property(request, (body) => {
        expect(inputBoundOf(body, Buffer.byteLength(JSON.stringify(body)), WINDOW).tokens).toBeGreaterThanOrEqual(
          worstTokens(body),
        );
      }),
      options,
    );
  });

  it('is a whole number within the window times its turns for any JSON whatever, and throws for none', () => {
    const names = ['messages', 'content', 'tools', 'system', 'type', 'source', 'data', 'max_uses', 'thread', 'edits'];
    const words = ['image', 'document', 'base64', 'text', 'tool_result', 'web_search_20260318', 'content'];
    const { json } = fc.letrec<{ json: unknown }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 6, withCrossShrink: true },
        fc.oneof(fc.constantFrom(...words), fc.integer(), fc.constant(null), fc.boolean(), string),
        fc.array(tie('json'), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom(...names), tie('json'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(json, (body) => {
        const { tokens } = inputBoundOf(body, Buffer.byteLength(JSON.stringify(body)), WINDOW);
        expect(Number.isSafeInteger(tokens)).toBe(true);
        expect(tokens).toBeGreaterThanOrEqual(1_000);
        expect(tokens).toBeLessThanOrEqual(11 * WINDOW);
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });

  it('never shrinks when a block is added', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 5 }), block, (blocks, more) => {
        const of = (content: readonly unknown[]) => {
          const body = { messages: [{ role: 'user', content }] };
          return inputBoundOf(body, Buffer.byteLength(JSON.stringify(body)), WINDOW).tokens;
        };
        expect(of([...blocks, more])).toBeGreaterThan(of(blocks));
      }),
      options,
    );
  });

  it('covers a schema of two megabytes by the window and a nesting of a hundred thousand without the stack', () => {
    const huge = { messages: [], tools: [{ name: 'a', input_schema: { enum: ['x'.repeat(2_000_000)] } }] };
    expect(inputBoundOf(huge, Buffer.byteLength(JSON.stringify(huge)), WINDOW).tokens).toBe(WINDOW);
    const levels = 100_000;
    let deep: unknown[] = [{ type: 'hologram' }];
    for (let level = 1; level < levels; level += 1)
      deep = [level % 2 === 0 ? deep : { type: 'tool_result', content: deep }];
    const body = { messages: [{ role: 'user', content: deep }] };
    expect(inputBoundOf(body, 9_000_000, 10 * WINDOW)).toMatchObject({
      tokens: 9_001_000,
      unpriceable: [{ name: 'hologram' }],
    });
  });
});
