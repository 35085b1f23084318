import { describe, expect, it } from 'vitest';
import type { AppError } from '../../lib/kernel/errors.ts';
import { createLoader } from '../../lib/secrets/loader.ts';
import { isSecretMissing, MissingSecret } from '../../lib/secrets/missing-secret.ts';
import { parseProviderKeys } from '../../lib/secrets/provider-keys.ts';
import { createFakeClock } from '../fake-clock.ts';

const reading = (answers: readonly (string | Error)[]) => {
  const clock = createFakeClock();
  let reads = 0;
  const read = async () => {
    const answer = answers[Math.min(reads++, answers.length - 1)];
    if (answer instanceof Error) throw answer;
    return answer ?? '';
  };
  const stale: unknown[] = [];
  const onStale = (error: unknown) => void stale.push(error);
  return { clock, secret: createLoader({ read, clock, onStale }), reads: () => reads, stale };
};

/** Reads that end when the test says so: `next` the last one, `resolve` any, counted from 0. */
const slowly = () => {
  const clock = createFakeClock();
  const all: PromiseWithResolvers<string>[] = [];
  const read = () => {
    all.push(Promise.withResolvers<string>());
    return (all.at(-1) as PromiseWithResolvers<string>).promise;
  };
  return {
    clock,
    secret: createLoader({ read, clock }),
    readings: () => all.length,
    next: (value: string) => all.at(-1)?.resolve(value),
    resolve: (at: number, value: string) => all[at]?.resolve(value),
  };
};

describe('a secret', () => {
  it('is read once for all who ask at the same time, and kept five minutes', async () => {
    const { clock, secret, reads } = reading(['one', 'two']);
    expect(await Promise.all([secret.get(), secret.get(), secret.get()])).toEqual(['one', 'one', 'one']);
    await clock.advance(239_999);
    expect(await secret.get()).toBe('one');
    expect(reads()).toBe(1);
    await clock.advance(60_001);
    expect(await secret.get()).toBe('two');
  });

  it('is read in the background from the fourth minute on, and nobody waits for that', async () => {
    const { clock, secret, readings, next } = slowly();
    const first = secret.get();
    next('one');
    await first;
    await clock.advance(240_000);
    expect(await Promise.all([secret.get(), secret.get()])).toEqual(['one', 'one']);
    expect(readings()).toBe(2);
    next('two');
    await clock.advance(0);
    expect(await secret.get()).toBe('two');
    // Its age counts from the beginning of the read.
    await clock.advance(239_999);
    expect(await secret.get()).toBe('two');
    expect(readings()).toBe(2);
  });

  it('that could not be read ahead is read again a minute later, and nobody is notified while it has not expired', async () => {
    const { clock, secret, reads, stale } = reading(['one', new Error('down'), 'two']);
    await secret.get();
    await clock.advance(240_000);
    expect(await secret.get()).toBe('one');
    await clock.advance(59_999);
    expect(await secret.get()).toBe('one');
    expect(reads()).toBe(2);
    await clock.advance(1);
    expect(await secret.get()).toBe('two');
    expect(stale).toEqual([]);
  });

  it('that was never had is `store-unavailable`, its own words kept back, and is asked for again', async () => {
    const { secret } = reading([new Error('sk-ant-canary'), 'one']);
    const error = (await secret.get().catch((caught: unknown) => caught)) as Error;
    expect(error).toMatchObject({ code: 'store-unavailable', retryAfterMs: 5_000 });
    expect(error.message).not.toContain('canary');
    expect(await secret.get()).toBe('one');
  });

  it('that is missing says so, by a cause that tells it from one that is out of reach', async () => {
    const missing = await reading([new MissingSecret('empty')])
      .secret.get()
      .catch((error: unknown) => error);
    const away = await reading([new Error('down')])
      .secret.get()
      .catch((error: unknown) => error);
    const said = [missing, away].map((error) => [(error as AppError).code, (error as AppError).message]);
    expect(said).toEqual([
      ['store-unavailable', "The service's own key is not there, or not understood."],
      ['store-unavailable', "The service's own key cannot be loaded."],
    ]);
    expect([missing, away].map(isSecretMissing)).toEqual([true, false]);
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

  it('is notified of once in an outage, and again in the next', async () => {
    const [down, down2] = [new Error('down'), new Error('down again')];
    const { clock, secret, stale } = reading(['one', down, down, down, 'two', down2]);
    await secret.get();
    await clock.advance(300_000);
    for (let minute = 0; minute < 3; minute += 1) {
      expect(await secret.get()).toBe('one');
      await clock.advance(60_000);
    }
    expect(stale).toEqual([down]);
    expect(await secret.get()).toBe('two');
    await clock.advance(300_000);
    expect(await secret.get()).toBe('two');
    expect(stale).toEqual([down, down2]);
  });

  it('that could not be read for a day more is used no longer, until it can be', async () => {
    const { clock, secret } = reading(['one', new Error('down'), new Error('down'), 'two']);
    await secret.get();
    await clock.advance(300_000 + 24 * 3_600_000 - 1);
    expect(await secret.get()).toBe('one');
    await clock.advance(1);
    await expect(secret.get()).rejects.toMatchObject({ code: 'store-unavailable', retryAfterMs: 5_000 });
    expect(await secret.get()).toBe('two');
  });

  it('that nothing answers for is waited for seven seconds, then `store-unavailable`, by one read for all', async () => {
    const { clock, secret, readings } = slowly();
    const asked = Promise.allSettled([secret.get(), secret.get()]);
    await clock.advance(6_999);
    expect(readings()).toBe(1);
    await clock.advance(1);
    expect(await asked).toMatchObject([{ reason: { code: 'store-unavailable' } }, { status: 'rejected' }]);
    expect(clock.pending).toBe(0);
  });

  it('whose read was frozen with its process is read anew, whatever becomes of that', async () => {
    const { clock, secret, readings, next, resolve } = slowly();
    const first = secret.get();
    next('one');
    await first;
    await clock.advance(240_000);
    await secret.get();
    // No timer fires: the wall clock alone goes on.
    clock.stepWall(3_600_000);
    const thawed = secret.get();
    expect(readings()).toBe(3);
    next('three');
    expect(await thawed).toBe('three');
    resolve(1, 'two');
    await clock.advance(0);
    let value = '';
    void secret.get().then((found) => (value = found));
    await clock.advance(250);
    expect(value).toBe('three');
  });

  it('holds up none but the first who finds it expired', async () => {
    const { clock, secret, next } = slowly();
    const first = secret.get();
    next('one');
    await first;
    await clock.advance(300_000);
    let isWaiting = true;
    const waiting = secret.get().finally(() => (isWaiting = false));
    expect(await secret.get()).toBe('one');
    expect(isWaiting).toBe(true);
    next('two');
    expect(await waiting).toBe('two');
  });

  it('whose newer value is slow to come is the old one meanwhile, at once for all who ask', async () => {
    const clock = createFakeClock();
    const slow = Promise.withResolvers<string>();
    let reads = 0;
    const secret = createLoader({
      clock,
      read: () => ((reads += 1) === 1 ? Promise.resolve('one') : slow.promise),
    });
    await secret.get();
    await clock.advance(300_000);
    const asked = Promise.all([secret.get(), secret.get()]);
    await clock.advance(250);
    expect(await asked).toEqual(['one', 'one']);
    slow.resolve('two');
    await clock.advance(0);
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
    expect(parseProviderKeys(secret)).toEqual(keys);
  });

  it.each([
    ...['', ' ', '[]', '["canary", 1]', '["canary"', '[""]', '"canary', '{"a":"canary"', '{}', '{"key":7}'],
    ...['{"one":"canary","two":"canary"}', '{"key":{"key":"canary"}}', '{"key":" "}'],
  ])('of %j are refused without quoting it', (secret) => {
    expect(() => parseProviderKeys(secret)).toThrow(/^the secret (holds no key|is neither)/);
  });
});
