import { expect, it } from 'vitest';
import { tokensBefore, tokensUsed } from '../../../lib/model-call/metering/limited-tokens.ts';
import { inputBoundOf } from '../../../lib/pricing/bounds/input-bound.ts';

const MARK = { cache_control: { type: 'ephemeral' } };
const text = (length: number, mark: object = {}) => ({ type: 'text', text: 'x'.repeat(length), ...mark });
const user = (...content: object[]) => ({ role: 'user', content });
const tool = (name: string, mark: object = {}) => ({ name, input_schema: { type: 'object' }, ...mark });
const before = (request: object) =>
  tokensBefore(request, inputBoundOf(request, Buffer.byteLength(JSON.stringify(request)), 1_000_000).textBytes);

const LONG = 400_000;
/** Of all that is around the texts: names of members, brackets. */
const AROUND = 100;

it.each<[string, object, number]>([
  ['nothing is marked for the cache: a quarter of all its bytes', { messages: [user(text(LONG))] }, LONG / 4],
  ['nothing is marked and the text is plain', { messages: [{ role: 'user', content: 'x'.repeat(LONG) }] }, LONG / 4],
  ['all of it is marked: a tenth of that', { messages: [user(text(LONG, MARK))] }, LONG / 40],
  ['it is marked as a whole', { ...MARK, messages: [user(text(LONG))] }, LONG / 40],
  ['a mark is no mark', { messages: [user(text(LONG, { cache_control: null }))] }, LONG / 4],
  [
    'the mark is on the system prompt: that at a tenth, the turns in full',
    { system: [text(LONG, MARK)], messages: [user(text(8_000))] },
    LONG / 40 + 2_000,
  ],
  [
    'the mark is on the tools, which come before the system prompt',
    { tools: [tool('a'), tool('b', MARK)], system: 'x'.repeat(LONG), messages: [user(text(8))] },
    LONG / 4,
  ],
  [
    'marks are many: the last one counts',
    { system: [text(LONG, MARK)], messages: [user(text(LONG, MARK)), user(text(4_000, MARK), text(4_000))] },
    (2 * LONG + 4_000) / 40 + 1_000,
  ],
  [
    'an image follows the mark: what it counts as is known afterwards',
    {
      messages: [user(text(LONG, MARK), { type: 'image', source: { type: 'base64', data: 'A'.repeat(99_000) } })],
    },
    LONG / 40,
  ],
])('a call is charged before it is made, where %s', (_where, request, expected) => {
  expect(before(request)).toBeGreaterThanOrEqual(expected);
  expect(before(request)).toBeLessThanOrEqual(expected + AROUND);
});

it.each([null, 'x', [], { messages: 7 }, { messages: [null, { content: [null, 3] }] }, { tools: {} }])(
  'a body of any shape (%j) is charged by its bytes',
  (request) => expect(tokensBefore(request, 400)).toBe(100),
);

it('is never charged before for more than its bytes, whatever they were said to be', () => {
  expect(tokensBefore({ messages: [user(text(9, MARK), text(1_000))] }, 400)).toBe(100);
});

it('cache reads count nothing, cache writes do', () => {
  const tokens = {
    inputTokens: 1,
    outputTokens: 20,
    cacheReadInputTokens: 300,
    cacheWrite5mInputTokens: 4_000,
    cacheWrite1hInputTokens: 50_000,
    webSearchRequests: 0,
  };
  expect(tokensUsed(tokens)).toBe(54_021);
});
