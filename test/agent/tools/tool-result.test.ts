import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resultText } from '../../../lib/agent/tools/tool-result.ts';
import { defineTool, z } from '../../../lib/index.ts';
import { answer, runParts, text, use } from '../run-parts.ts';

const ring: Record<string, unknown> = { id: 1 };
ring['self'] = ring;
const shared = { total: 3 };
const deep = Array.from({ length: 20_000 }).reduce<unknown>((inner) => [inner], 'bottom');
class Order {
  readonly id = 7;
  readonly #price = 3;
  get price() {
    return this.#price;
  }
}

it('of JSON is what JSON.stringify makes of it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      fc.pre(typeof value !== 'string');
      expect(resultText(value)).toEqual({ text: JSON.stringify(value), isWhole: true });
    }),
    { numRuns: 300, seed: 7 },
  );
});

describe('a result that JSON cannot hold is told as far as it goes:', () => {
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'done'],
    ['a text', 'a "text"', 'a "text"'],
    ['a bigint', 12n, '12'],
    ['a bigint in an object', { id: 9007199254740993n, ok: true }, '{"id":"9007199254740993","ok":true}'],
    ['no number', Number.NaN, 'NaN'],
    ['no number in an object', { mean: Number.NaN, most: Infinity }, '{"mean":"NaN","most":"Infinity"}'],
    ['a cycle', ring, '{"id":1,"self":"[circular]"}'],
    ['one object twice, which is no cycle', [shared, shared], '[{"total":3},{"total":3}]'],
    ['a map', new Map([['a', new Map([[1, 'one']])]] as [string, unknown][]), '{"a":[[1,"one"]]}'],
    ['a set', new Set([1, 2]), '[1,2]'],
    ['a date', new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ['bytes', { file: Buffer.from('hi') }, '{"file":"[2 bytes]"}'],
    ['functions and gaps', { a: () => 1, b: undefined, c: [undefined, () => 1] }, '{"c":[null,null]}'],
    ['an object with a class', new Order(), '{"id":7}'],
    ['boxed values', [Object('a'), Object(1), Object(2n)], '["a",1,"2"]'],
    ['an error inside', { cause: new TypeError('postgres://u:p@db') }, '{"cause":"[error: TypeError]"}'],
    ['an unread response inside', { response: new Response('x') }, '{"response":"[Response]"}'],
    ['what says how it is told', { toJSON: () => ({ told: true }) }, '{"told":true}'],
    [
      'a member that cannot be read',
      Object.defineProperty({ a: 1 }, 'b', { enumerable: true, get: () => ring['x'] && 1 }),
      '{"a":1}',
    ],
  ])('%s', (_title, result, text) => {
    expect(resultText(result)).toEqual({ text, isWhole: true });
  });

  it('members that throw', () => {
    const throwing = {
      toJSON: () => {
        throw new Error('x');
      },
    };
    const lazy = {
      a: 1,
      get b(): never {
        throw new Error('not loaded');
      },
    };
    expect(resultText({ throwing, lazy }).text).toBe(
      '{"throwing":"[cannot be shown]","lazy":{"a":1,"b":"[cannot be shown]"}}',
    );
    expect(resultText(throwing).text).toBe('"[cannot be shown]"');
  });

  it('what is nested without end', () => {
    expect(resultText(deep).text).toMatch(/^\[{500}"\[cannot be shown\]"\]{500}$/);
  });
});

it.each([
  ['a function', () => 1, 'function'],
  ['a symbol', Symbol('x'), 'symbol'],
  ['an unread response', new Response('hello'), 'Response'],
  ['a promise in a box', new WeakMap(), 'WeakMap'],
  ['an error', new TypeError('postgres://user:password@db'), 'TypeError'],
  ['what breaks whoever touches it', Proxy.revocable({}, {}), 'object'],
])('says of %s that it cannot be shown, and that the tool succeeded', (_title, result, what) => {
  const revocable = result as { proxy?: object; revoke?: () => void };
  revocable.revoke?.();
  expect(resultText(revocable.proxy ?? result)).toEqual({
    text: `The tool succeeded. Its result cannot be shown (${what}).`,
    isWhole: true,
  });
});

describe('a huge result', () => {
  it('is looked at as far as is asked, and no further', () => {
    let looks = 0;
    const rows = new Proxy(new Array<number>(100_000_000), {
      get: (target, key) =>
        typeof key === 'string' && /^\d+$/.test(key) ? (looks += 1) : (Reflect.get(target, key) as unknown),
    });
    const { text, isWhole } = resultText(rows, 1_000);
    expect([text.length, isWhole, text.startsWith('[1,2,3')]).toEqual([1_000, false, true]);
    expect(looks).toBeLessThan(500);
  });

  it('that is one text is cut before anything is made of it', () => {
    const text = 'x'.repeat(5_000_000);
    expect(resultText(text, 10)).toEqual({ text: 'xxxxxxxxxx', isWhole: false });
    expect(resultText({ text }, 20)).toEqual({ text: '{"text":"xxxxxxxxxxx', isWhole: false });
  });
});

describe('a tool with an effect', () => {
  const ran = async (run: () => unknown, fallback?: () => string) => {
    const input = z.strictObject({});
    const tool = defineTool({
      name: 'order',
      description: 'For tests.',
      input,
      sideEffects: true,
      run,
      ...(fallback && { fallback }),
    });
    const parts = runParts([answer([use('order')]), answer([text('Ok.')])], { tools: [tool] });
    await parts.run();
    return parts.requests[1]?.messages.at(-1)?.content[0] as { content?: unknown; is_error?: true };
  };

  it.each([
    ['an id that JSON has no number for', () => 9007199254740993n, '9007199254740993'],
    ['a cycle', () => ring, '{"id":1,"self":"[circular]"}'],
    ['what shows nothing', () => new Response(), 'The tool succeeded. Its result cannot be shown (Response).'],
  ])('that returns %s has not failed', async (_title, run, content) => {
    const told = await ran(run);
    expect(told.content).toBe(content);
    expect(told).not.toHaveProperty('is_error');
  });

  it('that failed may have taken effect, and the model is told so', async () => {
    const told = await ran(() => Promise.reject(new Error('reset')));
    expect(told).toMatchObject({
      is_error: true,
      content: expect.stringMatching(/not known whether it took effect/) as string,
    });
  });

  it.each([
    ['no text', () => undefined],
    ['a promise, even one that fails', () => Promise.reject(new Error('later'))],
  ])('has failed where its fallback gives %s', async (_title, fallback) => {
    const told = await ran(() => Promise.reject(new Error('reset')), fallback as unknown as () => string);
    expect(told).toMatchObject({ is_error: true });
  });
});
