import { beforeEach, describe, expect, it } from 'vitest';
import { createLoader, type Secret } from '../../lib/secrets/loader.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';

type Reading = PromiseWithResolvers<string>;

let clock: FakeClock;
let secret: Secret;
let readings: Reading[];
beforeEach(() => {
  clock = createFakeClock();
  readings = [];
  const read = () => {
    const reading = Promise.withResolvers<string>();
    readings.push(reading);
    return reading.promise;
  };
  secret = createLoader({ clock, read });
});

/** The reading that is under way brings this. */
const answer = (value: string) => readings.at(-1)?.resolve(value);
const fail = () => readings.at(-1)?.reject(new Error('sk-ant-canary'));

const have = async (value: string) => {
  const first = secret.get();
  answer(value);
  await first;
};
const refreshTo = async (value: string) => {
  const refreshing = secret.refresh();
  answer(value);
  return await refreshing;
};

describe('refreshing a secret', () => {
  it('reads it anew in the same moment in which it was read, and what it brings is had by all from then on', async () => {
    await have('one');
    expect(await refreshTo('two')).toBe('two');
    expect(readings).toHaveLength(2);
    await clock.advance(239_999);
    expect(await secret.get()).toBe('two');
    expect(readings).toHaveLength(2);
  });

  it('is one reading for all who ask meanwhile; who asks for the value is not held up', async () => {
    await have('one');
    const refreshing = Promise.all(Array.from({ length: 100 }, () => secret.refresh()));
    expect(await secret.get()).toBe('one');
    answer('two');
    expect(new Set(await refreshing)).toEqual(new Set(['two']));
    expect(readings).toHaveLength(2);
  });

  it('is one reading in five seconds, counted from its beginning; in between it is what there is', async () => {
    await have('one');
    await refreshTo('two');
    await clock.advance(4_999);
    expect(await secret.refresh()).toBe('two');
    expect(readings).toHaveLength(2);
    await clock.advance(1);
    expect(await refreshTo('three')).toBe('three');
    expect(readings).toHaveLength(3);
  });

  it('that fails leaves the old value, and is not tried again for five seconds either', async () => {
    await have('one');
    const refreshing = secret.refresh();
    fail();
    expect(await refreshing).toBe('one');
    expect(await secret.refresh()).toBe('one');
    expect(await secret.get()).toBe('one');
    expect(readings).toHaveLength(2);
    await clock.advance(5_000);
    expect(await refreshTo('two')).toBe('two');
  });

  it('joins a look-up that is under way, and may read once more: that one began before the value was refused', async () => {
    await have('one');
    await clock.advance(300_000);
    const [asked, refreshing] = [secret.get(), secret.refresh()];
    answer('two');
    expect(await Promise.all([asked, refreshing])).toEqual(['two', 'two']);
    expect(readings).toHaveLength(2);
    expect(await refreshTo('three')).toBe('three');
  });

  it('waits for a slow look-up, unlike who asks for the value', async () => {
    await have('one');
    let told = false;
    const refreshing = secret.refresh().finally(() => (told = true));
    await clock.advance(6_999);
    expect(told).toBe(false);
    answer('two');
    expect(await refreshing).toBe('two');
  });

  it('waits seven seconds at most, and then goes on with what there is', async () => {
    await have('one');
    const refreshing = secret.refresh();
    await clock.advance(7_000);
    expect(await refreshing).toBe('one');
    expect(clock.pending).toBe(0);
  });

  it('is rarer for who asks with what anybody may send', async () => {
    await have('one');
    await refreshTo('two');
    await clock.advance(29_999);
    expect(await secret.refresh(30_000)).toBe('two');
    expect(readings).toHaveLength(2);
    await clock.advance(1);
    const refreshing = secret.refresh(30_000);
    answer('three');
    expect(await refreshing).toBe('three');
  });

  it('of one that was never had is `store-unavailable` where it cannot be, its own words kept back', async () => {
    const refreshing = secret.refresh();
    fail();
    const error = (await refreshing.catch((caught: unknown) => caught)) as Error;
    expect(error).toMatchObject({ code: 'store-unavailable', retryAfterMs: 5_000 });
    expect(error.message).not.toContain('canary');
    expect(await refreshTo('one')).toBe('one');
  });
});
