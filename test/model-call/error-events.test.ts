import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { anthropicErrorOf, anthropicErrorResponse } from '../../lib/http/response/anthropic-error.ts';
import { attemptOf, REQUEST, setting } from './parts.ts';
import { scriptedEvents, type Step } from './scripted-events.ts';
import { begin, start } from './stream-events.ts';

const WORDS = 'messages.3: image exceeds 5 MB';

/** What becomes of a stream that ends in an `error` event. */
const faultOf = async (error: unknown, ...before: readonly Step[]) => {
  const parts = setting('http://unused');
  const provider = scriptedEvents(parts.clock, [...before, { type: 'error', error }]);
  const outcome = await attemptOf({ ...parts, provider })(REQUEST, parts.context);
  if (outcome.ok) throw new Error('an answer where a fault was expected');
  return outcome.fault;
};

describe('an `error` event', () => {
  it.each([
    ['invalid_request_error', 400],
    ['request_too_large', 413],
  ])('of %s is told to the client in the provider’s words, as %i', async (type, status) => {
    const { kind, error } = await faultOf({ type, message: WORDS });
    expect(kind).toBe('invalid-request');
    expect(anthropicErrorResponse(error, 'req').statusCode).toBe(status);
    expect(anthropicErrorOf(error, 'req').error).toEqual({ type, message: WORDS });
  });

  it('amid the answer is told in those words as well', async () => {
    const said = { type: 'invalid_request_error', message: WORDS };
    const { error, contentSeen } = await faultOf(said, start(), begin(0, { type: 'text', text: '' }));
    expect(contentSeen).toBe(true);
    expect(anthropicErrorOf(error, 'req').error).toEqual(said);
  });

  it('of a model that is not there has its words, and the kind that such a model always has', async () => {
    const { kind, error } = await faultOf({ type: 'not_found_error', message: 'model: x' });
    expect([kind, error.upstreamMessage]).toEqual(['unknown-model', { message: 'model: x' }]);
  });

  it('that says that the prompt is too long is known as such', async () => {
    const message = 'prompt is too long: 201000 tokens > 200000 maximum';
    const { kind, error } = await faultOf({ type: 'invalid_request_error', message });
    expect([kind, error.upstreamMessage?.message]).toEqual(['context-too-long', message]);
  });

  it.each(['authentication_error', 'billing_error', 'overloaded_error', 'api_error', 'constructor'])(
    'of %s is between the provider and Ballast',
    async (type) => {
      expect((await faultOf({ type, message: WORDS })).error.upstreamMessage).toBeUndefined();
    },
  );

  it.each([{ type: 'invalid_request_error' }, { type: 'invalid_request_error', message: 5 }, null, 'x', undefined])(
    '%j has no words',
    async (error) => {
      expect((await faultOf(error)).error.upstreamMessage).toBeUndefined();
    },
  );

  it('does not show its words where the error itself is printed', async () => {
    const { error } = await faultOf({ type: 'invalid_request_error', message: WORDS });
    expect(inspect(error.cause)).not.toContain(WORDS);
  });

  it('shows no secret in its words, whatever a tenant has set', async () => {
    const message = `no such key: sk-ant-${'api03'}-${'aB3dE5fG7h'.repeat(9)}AA.`;
    const { error } = await faultOf({ type: 'invalid_request_error', message });
    expect(anthropicErrorOf(error, 'req').error.message).toBe('no such key: [REDACTED_API_KEY].');
  });
});
