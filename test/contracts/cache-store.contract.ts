import { expect, it } from 'vitest';
import type { StoredAnswer } from '../../lib/response-cache/answer.ts';
import type { CacheKey } from '../../lib/response-cache/key.ts';
import type { CacheStore, FlightRecord } from '../../lib/response-cache/store.ts';
import { keyFor, NOW } from '../response-cache/parts.ts';

const answer = (text: string, storedAt = NOW): StoredAnswer => ({
  packed: { encoding: 'plain', bytes: new Uint8Array(Buffer.from(text)) },
  storedAt,
  freshUntil: storedAt + 60_000,
});
const flight = (owner: string, endsAt = NOW + 30_000, state: FlightRecord['state'] = 'aloft'): FlightRecord => ({
  owner,
  state,
  endsAt,
});
const NOTHING = { answer: null, flight: null };
const textUnder = async (store: CacheStore, key: CacheKey): Promise<string> =>
  Buffer.from((await store.read(key)).answer?.packed.bytes ?? []).toString();

/** What every store of answers does. Each test has keys of its own. */
export const cacheStoreContract = (create: () => CacheStore): void => {
  it('has nothing where nothing was written', async () => {
    expect(await create().read(keyFor('unknown'))).toEqual(NOTHING);
    expect(await create().read(keyFor('unknown'), { eventually: true })).toEqual(NOTHING);
  });

  it.each<StoredAnswer>([
    answer('four', NOW + 123),
    answer(''),
    { ...answer('x'), packed: { encoding: 'gzip', bytes: Uint8Array.of(0, 255, 10, 13) } },
    { ...answer('x'), packed: { encoding: 'plain', bytes: new Uint8Array(256 * 1024).fill(7) } },
  ])('gives an answer back as it was kept (%#)', async (kept) => {
    const store = create();
    const key = keyFor(`whole-${kept.packed.encoding}-${kept.packed.bytes.length}-${kept.storedAt}`);
    await store.putAnswer(key, kept);
    const found = await store.read(key);
    expect(found).toMatchObject({ flight: null, answer: { storedAt: kept.storedAt, freshUntil: kept.freshUntil } });
    expect(found.answer?.packed.encoding).toBe(kept.packed.encoding);
    expect(Buffer.from(found.answer?.packed.bytes ?? []).equals(Buffer.from(kept.packed.bytes))).toBe(true);
  });

  it.each([
    ['a newer one', 1],
    ['one of the same instant', 0],
  ])('writes %s over the answer that is there, and leaves the flight as it is', async (_title, laterMs) => {
    const store = create();
    const key = keyFor(`over-${laterMs}`);
    await store.lead(key, flight('a'), NOW);
    expect(await store.putAnswer(key, answer('first'))).toBe(true);
    expect(await store.putAnswer(key, answer('second', NOW + laterMs))).toBe(true);
    expect(await textUnder(store, key)).toBe('second');
    expect((await store.read(key)).flight).toEqual(flight('a'));
  });

  it('writes no answer over a newer one, and leaves that as it is', async () => {
    const store = create();
    const key = keyFor('older');
    await store.putAnswer(key, answer('newer', NOW + 1));
    expect(await store.putAnswer(key, { ...answer('older'), freshUntil: NOW + 3_600_000 })).toBe(false);
    expect(await textUnder(store, key)).toBe('newer');
    expect((await store.read(key)).answer).toMatchObject({ storedAt: NOW + 1, freshUntil: NOW + 60_001 });
  });

  it.each([
    ['the oldest first', (ages: readonly number[]) => ages.toReversed()],
    ['the newest first', (ages: readonly number[]) => ages],
    ['the newest amid the others', (ages: readonly number[]) => [...ages.slice(10), ...ages.slice(0, 10)]],
  ])('has the newest of twenty answers that are kept at once: %s', async (title, order) => {
    const store = create();
    const key = keyFor(`newest-${title}`);
    const sent = order(Array.from({ length: 20 }, (_, age) => age));
    await Promise.all(sent.map((age) => store.putAnswer(key, answer(`aged ${age}`, NOW - age))));
    expect(await textUnder(store, key)).toBe('aged 0');
  });

  it.each(['aloft', 'landed', 'unshared'] as const)(
    'lets nobody take off before a flight is over that is %s, and one from then on',
    async (state) => {
      const store = create();
      const key = keyFor(`take-off-${state}`);
      expect(await store.lead(key, flight('a'), NOW)).toBe(true);
      expect(await store.change(key, flight('a', NOW + 5_000, state))).toBe(true);
      expect(await store.lead(key, flight('b', NOW + 40_000), NOW + 4_999)).toBe(false);
      expect((await store.read(key)).flight).toEqual(flight('a', NOW + 5_000, state));
      expect(await store.lead(key, flight('b', NOW + 40_000), NOW + 5_000)).toBe(true);
      expect((await store.read(key)).flight).toEqual(flight('b', NOW + 40_000));
    },
  );

  it('lets an owner change its own flight alone, and only while it is aloft', async () => {
    const store = create();
    const key = keyFor('own');
    expect(await store.change(key, flight('a'))).toBe(false);
    await store.lead(key, flight('a'), NOW);
    expect(await store.change(key, flight('b'))).toBe(false);
    expect(await store.change(key, flight('a', NOW + 50_000))).toBe(true);
    expect(await store.change(key, flight('a', NOW + 60_000, 'unshared'))).toBe(true);
    expect(await store.change(key, flight('a', NOW + 70_000))).toBe(false);
    expect((await store.read(key)).flight).toEqual(flight('a', NOW + 60_000, 'unshared'));
  });

  it.each(['a free key', 'a flight that is over'])('lets one of twenty take off at once: %s', async (title) => {
    const store = create();
    const key = keyFor(`race-${title}`);
    if (title !== 'a free key') await store.lead(key, flight('dead', NOW), NOW - 30_000);
    const flights = Array.from({ length: 20 }, (_, runner) => flight(`runner-${runner}`));
    const led = await Promise.all(flights.map((one) => store.lead(key, one, NOW)));
    expect(led.filter(Boolean)).toHaveLength(1);
    expect((await store.read(key)).flight).toEqual(flights[led.indexOf(true)]);
  });

  it('keeps keys and tenants apart', async () => {
    const store = create();
    await store.putAnswer(keyFor('apart'), answer('of acme'));
    await store.lead(keyFor('apart'), flight('a'), NOW);
    expect(await store.read(keyFor('apart', 'globex'))).toEqual(NOTHING);
    expect(await store.read(keyFor('apart '.repeat(2)))).toEqual(NOTHING);
    expect(await store.lead(keyFor('apart', 'globex'), flight('b'), NOW)).toBe(true);
  });
};
