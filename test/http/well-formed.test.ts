import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anthropicErrorResponse } from '../../lib/http/response/anthropic-error.ts';
import { checkWellFormed } from '../../lib/http/well-formed.ts';
import { AppError } from '../../lib/kernel/errors.ts';

const HALF = '\ud800';

const refusal = (text: string): AppError | null => {
  try {
    checkWellFormed(text, JSON.parse(text));
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
};
const pathsOf = (value: unknown) => refusal(JSON.stringify(value))?.issues.map(({ path }) => path) ?? [];

describe('half of a surrogate pair', () => {
  it.each<[string, unknown, string[]]>([
    ['in a text', { metadata: { city: `x${HALF}` } }, ['metadata.city']],
    ['the other half', { task: '\udfff' }, ['task']],
    ['in a name', { metadata: { [`c${HALF}`]: 'x' } }, ['metadata.c\ufffd']],
    ['in a list', { messages: [{ content: 'x' }, { content: [{ text: HALF }] }] }, ['messages.1.content.0.text']],
    ['several times', { a: HALF, b: 'x', c: [HALF] }, ['a', 'c.0']],
    ['as the whole', HALF, ['']],
    ['the wrong way round', { a: '\udc00\ud800' }, ['a']],
  ])('is refused %s, where the field is named', (_what, value, paths) => {
    expect(pathsOf(value)).toEqual(paths);
    expect(refusal(JSON.stringify(value))?.issues[0]?.message).toBe('must not contain a lone surrogate');
  });

  it('is not what a pair is, nor what only looks like an escape', () => {
    for (const text of ['{"a":"😀"}', '{"a":"\\ud83d\\ude00"}', '{"a":"\\\\ud800"}', '{"\\uD83D\\uDE00":1}'])
      expect(refusal(text)).toBeNull();
  });

  it('is found at any depth, and at most 20 are named', () => {
    const deep = `${'['.repeat(50_000)}"\\ud800"${']'.repeat(50_000)}`;
    expect(refusal(deep)?.issues[0]?.path).toHaveLength(200);
    expect(pathsOf(Array.from({ length: 1_000 }, () => HALF))).toHaveLength(20);
  });

  it('is told to a client of the Anthropic API in its form', () => {
    const error = refusal('{"messages":[{"content":"\\ud800"}]}');
    const { statusCode, body } = anthropicErrorResponse(error as AppError, 'req_1');
    expect(statusCode).toBe(400);
    expect(JSON.parse(body as string)).toMatchObject({
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: expect.stringMatching(/messages\.0\.content.*lone surrogate/) as string,
      },
    });
  });

  it('is refused exactly where a text or a name has one', () => {
    const string = fc.string({ unit: fc.constantFrom('a', '\ud83d', '\ude00', '\\', 'u'), maxLength: 3 });
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        string,
        fc.integer(),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(string, tie('value'), { maxKeys: 3 }),
      ),
    }));
    const isBroken = (json: unknown): boolean =>
      typeof json === 'string'
        ? !json.isWellFormed()
        : typeof json === 'object' &&
          json !== null &&
          Object.entries(json).some(([name, inner]) => !name.isWellFormed() || isBroken(inner));
    fc.assert(
      fc.property(value, (json) => {
        expect(refusal(JSON.stringify(json)) !== null).toBe(isBroken(JSON.parse(JSON.stringify(json))));
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});
