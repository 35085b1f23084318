import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../lib/model-call/attempt/diagnose.ts';

/** As the SDK throws a refusal. */
const refused = (status: number, message: string) => ({
  status,
  headers: new Headers(),
  error: { type: 'error', error: { type: 'invalid_request_error', message } },
});
const kindOf = (thrown: unknown) => diagnose(thrown, null, false, 0).kind;

describe('a request that the provider refuses as not valid', () => {
  it.each([
    'prompt is too long: 201000 tokens > 200000 maximum',
    'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease either and try again',
    'The request exceeds the context window of this model.',
    'This model’s limit was exceeded: its context has 200000 tokens.',
  ])('is too long for the context where it says: %s', (message) => {
    expect(kindOf(refused(400, message))).toBe('context-too-long');
  });

  it.each([
    [400, 'max_tokens: 200000 > 128000, which is the most output tokens of this model'],
    [400, 'messages.0.content.1: this picture exceeds 5 MB'],
    [400, 'context_management: extra inputs are not permitted'],
    [413, 'prompt is too long: 201000 tokens > 200000 maximum'],
  ])('is just that with %i and: %s', (status, message) => {
    expect(kindOf(refused(status, message))).toBe('invalid-request');
  });
});
