import { describe, expect, it } from 'vitest';
import { issueKey } from '../../lib/identity/issue-key.ts';
import { seededRandom } from '../seeded-random.ts';
import { apiKey, KEY, setUp } from './parts.ts';

const random = seededRandom(44);
const issue = () => issueKey((length) => Uint8Array.from({ length }, () => Math.floor(random() * 256))).key;

/** The same key with another last character: of our form, and its checksum wrong. */
const mistyped = (key: string) => key.slice(0, -1) + (key.endsWith('x') ? 'y' : 'x');

const codesOf = (attempts: readonly Promise<unknown>[]) =>
  Promise.all(
    attempts.map((attempt) =>
      attempt.then(
        () => 'admitted',
        (error: unknown) => (error as { code: string }).code,
      ),
    ),
  );

const madeUp = (count: number, name = 'made-up') => Array.from({ length: count }, (_, at) => `${name}-${at}`);
const REFUSED_5000 = Array<string>(5_000).fill('unauthenticated');

describe('5,000 made-up keys', () => {
  it('cost no read when their form is right and their checksum wrong', async () => {
    const { authenticate, reads } = await setUp();
    const flood = Array.from({ length: 5_000 }, () => authenticate(mistyped(issue())));
    expect(await codesOf(flood)).toEqual(REFUSED_5000);
    expect(reads).toHaveLength(0);
  });

  it('of another form cost 50 reads when they come at once', async () => {
    const { authenticate, reads } = await setUp();
    expect(await codesOf(madeUp(5_000).map((key) => authenticate(key)))).toEqual(REFUSED_5000);
    expect(reads).toHaveLength(50);
  });

  it('of another form cost 50 reads in 10 s when they come one by one, and 50 in the next 10 s', async () => {
    const { authenticate, clock, reads } = await setUp();
    for (const key of madeUp(5_000)) expect(await codesOf([authenticate(key)])).toEqual(['unauthenticated']);
    expect(reads).toHaveLength(50);
    await clock.advance(9_999);
    await codesOf(madeUp(10, 'early').map((key) => authenticate(key)));
    expect(reads).toHaveLength(50);
    await clock.advance(1);
    await codesOf(madeUp(5_000, 'late').map((key) => authenticate(key)));
    expect(reads).toHaveLength(100);
  });

  it('cost one read when they are one key', async () => {
    const { authenticate, reads } = await setUp();
    expect(await codesOf(Array.from({ length: 5_000 }, () => authenticate('wrong')))).toEqual(REFUSED_5000);
    expect(reads).toHaveLength(1);
  });
});

describe('in a flood of made-up keys', () => {
  const flooded = async () => {
    const parts = await setUp();
    await parts.authenticate(KEY);
    await codesOf(madeUp(200).map((key) => parts.authenticate(key)));
    return parts;
  };

  it('an issued key that was never seen here is looked up and admitted', async () => {
    const { authenticate, keys } = await flooded();
    const key = issue();
    await keys.add(apiKey(key, { keyId: 'key_2' }));
    expect(await authenticate(key)).toMatchObject({ keyId: 'key_2' });
  });

  it('a key of another form that worked before goes on working, also when it has to be read again', async () => {
    const { authenticate, clock, reads } = await flooded();
    for (let round = 1; round <= 7; round += 1) {
      await clock.advance(10_000);
      await codesOf(madeUp(200, `round-${round}`).map((key) => authenticate(key)));
      expect(await authenticate(KEY)).toMatchObject({ keyId: 'key_1' });
    }
    expect(reads.length).toBeLessThanOrEqual(50 * 8 + 2);
  });

  it('a key of another form that was never seen here is refused, and admitted once the 10 s have passed', async () => {
    const { authenticate, clock, keys } = await flooded();
    await keys.add(apiKey('foreign', { keyId: 'key_2' }));
    await expect(authenticate('foreign')).rejects.toMatchObject({ code: 'unauthenticated' });
    await clock.advance(10_000);
    expect(await authenticate('foreign')).toMatchObject({ keyId: 'key_2' });
  });
});

it('keys of another form that are found are no guesses, however many they are', async () => {
  const { authenticate, keys } = await setUp();
  const known = madeUp(60, 'known');
  for (const key of known) await keys.add(apiKey(key));
  for (const key of known) expect(await authenticate(key)).toMatchObject({ tenantId: 'acme' });
});

it('a store that fails makes no guess of a key: once it is back, all are looked up again', async () => {
  const { authenticate, reads, store } = await setUp();
  store.down = true;
  for (const key of madeUp(60)) expect(await codesOf([authenticate(key)])).toEqual(['store-unavailable']);
  store.down = false;
  expect(await authenticate(KEY)).toMatchObject({ keyId: 'key_1' });
  expect(reads).toHaveLength(61);
});

it('a clock that was set back by an hour does not prolong the refusal', async () => {
  const { authenticate, clock, reads } = await setUp();
  await codesOf(madeUp(60).map((key) => authenticate(key)));
  await clock.advance(-3_600_000);
  await codesOf([authenticate('after')]);
  expect(reads).toHaveLength(51);
});
