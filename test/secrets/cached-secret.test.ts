import { describe, expect, it } from 'vitest';
import { parseApiKeys } from '../../lib/secrets/api-keys.ts';
import { createCachedSecret } from '../../lib/secrets/cached-secret.ts';
import { createFakeClock } from '../fake-clock.ts';

const reading = (answers: readonly (string | Error)[]) => {
  const clock = createFakeClock();
  let reads = 0;
  const read = async () => {
    const answer = answers[Math.min(reads++, answers.length - 1)];
    if (answer instanceof Error) throw answer;
    return answer ?? '';
  };
  return { clock, secret: createCachedSecret({ read, clock }), reads: () => reads };
};

describe('a secret', () => {
  it('is read once for all who ask at the same time, and kept five minutes', async () => {
    const { clock, secret, reads } = reading(['one', 'two']);
    expect(await Promise.all([secret.get(), secret.get(), secret.get()])).toEqual(['one', 'one', 'one']);
    await clock.advance(299_999);
    expect(await secret.get()).toBe('one');
    expect(reads()).toBe(1);
    await clock.advance(1);
    expect(await secret.get()).toBe('two');
  });

  it('that was never had is `store-unavailable`, its own words kept back, and is asked for again', async () => {
    const { secret } = reading([new Error('sk-ant-canary'), 'one']);
    const error = (await secret.get().catch((caught: unknown) => caught)) as Error;
    expect(error).toMatchObject({ code: 'store-unavailable', retryAfterMs: 5_000 });
    expect(error.message).not.toContain('canary');
    expect(await secret.get()).toBe('one');
  });

  it('that can no longer be had stays the old one, and is asked for once a minute only', async () => {
    const { clock, secret, reads } = reading(['one', new Error('down'), new Error('down'), 'two']);
    await secret.get();
    await clock.advance(300_000);
    expect(await secret.get()).toBe('one');
    expect(await secret.get()).toBe('one');
    expect(reads()).toBe(2);
    await clock.advance(60_000);
    expect(await secret.get()).toBe('one');
    await clock.advance(60_000);
    expect(await secret.get()).toBe('two');
    expect(reads()).toBe(4);
  });

  it('whose newer value is slow to come is the old one meanwhile, at once for all who ask', async () => {
    const clock = createFakeClock();
    const slow = Promise.withResolvers<string>();
    let reads = 0;
    const secret = createCachedSecret({
      clock,
      read: () => ((reads += 1) === 1 ? Promise.resolve('one') : slow.promise),
    });
    await secret.get();
    await clock.advance(300_000);
    const asked = Promise.all([secret.get(), secret.get()]);
    await clock.advance(250);
    expect(await asked).toEqual(['one', 'one']);
    slow.resolve('two');
    expect(await secret.get()).toBe('two');
    expect(reads).toBe(2);
    expect(clock.pending).toBe(0);
  });
});

describe('the keys in a secret', () => {
  it.each([
    ['sk-ant-1', ['sk-ant-1']],
    [' sk-ant-1\n', ['sk-ant-1']],
    ['["a","b"]', ['a', 'b']],
    ['\uFEFFsk-ant-1\r\n', ['sk-ant-1']],
    ['sk-ant-1\u200B', ['sk-ant-1']],
    ['"sk-ant-1"', ['sk-ant-1']],
    ['Bearer sk-ant-1', ['sk-ant-1']],
    ['["sk-ant-1\\n", " "]', ['sk-ant-1']],
    ['{"ANTHROPIC_API_KEY":"sk-ant-1"}', ['sk-ant-1']],
    ['{"username":"x","apiKey":" sk-ant-1 "}', ['sk-ant-1']],
    ['{"anything":"sk-ant-1"}', ['sk-ant-1']],
    ['{"ANTHROPIC_API_KEY":"[\\"a\\",\\"b\\"]"}', ['a', 'b']],
    ['{"ANTHROPIC_API_KEY":["a","b"]}', ['a', 'b']],
    // Two keys on two lines are no key that could be sent: which of them is meant is not for us to guess.
    ['sk-ant-1\nsk-ant-0', ['sk-ant-1\nsk-ant-0']],
  ])('of %j are %j', (secret, keys) => {
    expect(parseApiKeys(secret)).toEqual(keys);
  });

  it.each([
    ...['', ' ', '[]', '["canary", 1]', '["canary"', '[""]', '"canary', '{"a":"canary"', '{}', '{"key":7}'],
    ...['{"one":"canary","two":"canary"}', '{"key":{"key":"canary"}}', '{"key":" "}'],
  ])('of %j are refused without quoting it', (secret) => {
    expect(() => parseApiKeys(secret)).toThrow(/^the secret (holds no key|is neither)/);
  });
});
