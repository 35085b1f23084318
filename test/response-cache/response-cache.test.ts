import { expect, it } from 'vitest';
import { createDeadline } from '../../lib/kernel/deadline.ts';
import { MAX_ANSWER_BYTES, STALE_KEPT_MS } from '../../lib/response-cache/answer.ts';
import { UNSHARED_MS } from '../../lib/response-cache/flights.ts';
import { createMemoryCacheStore } from '../../lib/response-cache/memory-store.ts';
import { LONGEST_PAUSE_MS } from '../../lib/response-cache/response-cache.ts';
import { seededRandom } from '../seeded-random.ts';
import { collected, keyFor, missed, NOW, seen, setUp, TTL_MS } from './parts.ts';

const KEY = keyFor('once');
const ANSWER = '{"output":"four"}';

/** Text that compression does not make smaller. */
const noise = (bytes: number): string => {
  const random = seededRandom(7);
  return Array.from({ length: bytes }, () => String.fromCharCode(33 + Math.floor(random() * 94))).join('');
};

it('gives an answer again until it is no longer fresh, and as a stand-in for a day after that', async () => {
  const { clock, open } = setUp(createMemoryCacheStore());
  const first = missed(await open(KEY));
  expect(first).toMatchObject({ stale: null, failed: false });
  await first.flight.store(ANSWER);
  await clock.advance(TTL_MS - 1);
  const answer = { body: ANSWER, storedAt: NOW };
  expect(await open(KEY)).toEqual({ kind: 'hit', answer, shared: false });
  await clock.advance(1);
  const second = missed(await open(KEY));
  expect(second.stale).toEqual(answer);
  await second.flight.unstorable();
  await clock.advance(STALE_KEPT_MS - 1);
  const third = missed(await open(KEY));
  expect(third.stale).toEqual(answer);
  await third.flight.unstorable();
  await clock.advance(1);
  expect(missed(await open(KEY)).stale).toBeNull();
});

it('goes by a lifetime that was shortened since, and not by one that was prolonged', async () => {
  const { clock, open } = setUp(createMemoryCacheStore());
  await missed(await open(KEY, { ttlSeconds: 60 })).flight.store(ANSWER);
  await clock.advance(10_000);
  expect((await open(KEY, { ttlSeconds: 60 })).kind).toBe('hit');
  expect((await open(KEY, { ttlSeconds: 11 })).kind).toBe('hit');
  expect((await open(KEY, { ttlSeconds: 10 })).kind).toBe('miss');
  await clock.advance(50_000);
  const [late] = collected([open(KEY, { ttlSeconds: 3_600 })]);
  await clock.advance(0);
  expect(late?.kind).not.toBe('hit');
});

it('gives followers the answer that another run is just making, within the longest pause of its end', async () => {
  const { clock, open } = setUp(createMemoryCacheStore());
  const leader = missed(await open(KEY));
  const followers = collected(Array.from({ length: 5 }, () => open(KEY)));
  await clock.advance(20_000);
  expect(followers).toEqual([]);
  const storedAt = clock.now();
  await leader.flight.store(ANSWER);
  await clock.advance(LONGEST_PAUSE_MS);
  expect(followers).toEqual(Array(5).fill({ kind: 'hit', answer: { body: ANSWER, storedAt }, shared: true }));
});

it('lets nobody wait for a run that had nothing to share, nor the next for each other, for some seconds', async () => {
  const { clock, open } = setUp(createMemoryCacheStore());
  const leader = missed(await open(KEY));
  const followers = collected(Array.from({ length: 5 }, () => open(KEY)));
  await clock.advance(3_000);
  await leader.flight.unstorable();
  await clock.advance(LONGEST_PAUSE_MS);
  expect(followers.map(seen)).toEqual(Array(5).fill({ kind: 'miss', stale: null }));
  await clock.advance(UNSHARED_MS - LONGEST_PAUSE_MS - 1);
  for (let newcomer = 0; newcomer < 3; newcomer += 1) expect((await open(KEY)).kind).toBe('miss');
  await clock.advance(1);
  expect((await open(KEY)).kind).toBe('miss');
  const [waiting] = collected([open(KEY)]);
  await clock.advance(1_000);
  expect(waiting).toBeUndefined();
});

it('keeps what a run that nobody waited for may share after all', async () => {
  const { clock, open } = setUp(createMemoryCacheStore());
  await missed(await open(KEY)).flight.unstorable();
  const [silent, telling] = [missed(await open(KEY)), missed(await open(KEY))];
  await silent.flight.unstorable();
  await telling.flight.store(ANSWER);
  expect(await open(KEY)).toMatchObject({ kind: 'hit', answer: { body: ANSWER } });
  await clock.advance(UNSHARED_MS);
  expect((await open(KEY)).kind).toBe('hit');
});

it('takes no answer of more than its bound, and lets nobody wait for one', async () => {
  const { clock, open } = setUp(createMemoryCacheStore());
  const leader = missed(await open(KEY));
  const followers = collected([open(KEY), open(KEY)]);
  await clock.advance(0);
  // Every character of 94 is worth 6.55 bits: packed, this is a little above the bound.
  await leader.flight.store(noise(Math.ceil((MAX_ANSWER_BYTES * 8) / 6.4)));
  await clock.advance(LONGEST_PAUSE_MS);
  expect(followers.map(seen)).toEqual(Array(2).fill({ kind: 'miss', stale: null }));
});

it('keeps a large answer that packs well', async () => {
  const { open } = setUp(createMemoryCacheStore());
  const body = 'ballast '.repeat(MAX_ANSWER_BYTES);
  await missed(await open(KEY)).flight.store(body);
  expect(await open(KEY)).toMatchObject({ kind: 'hit', answer: { body } });
});

it('hears the first word of a run, and no later one', async () => {
  const { clock, open } = setUp(createMemoryCacheStore());
  const { flight } = missed(await open(KEY));
  await Promise.all([flight.store(ANSWER), flight.unstorable(), flight.store('another')]);
  expect(await open(KEY)).toMatchObject({ kind: 'hit', answer: { body: ANSWER } });
  await clock.advance(TTL_MS);
  const second = missed(await open(KEY)).flight;
  await second.unstorable();
  await second.store('another');
  expect((await open(KEY)).kind).toBe('miss');
});

it('looks at nothing for a refresh, and puts its answer in the place of the one that is there', async () => {
  const { clock, open } = setUp(createMemoryCacheStore());
  const led = missed(await open(KEY));
  const refreshing = missed(await open(KEY, { mode: 'refresh' }));
  await led.flight.store('old');
  await clock.advance(1_000);
  const again = missed(await open(KEY, { mode: 'refresh' }));
  expect([refreshing.stale, again.stale]).toEqual([null, null]);
  await refreshing.flight.store('new');
  await again.flight.unstorable();
  expect(await open(KEY)).toMatchObject({ kind: 'hit', answer: { body: 'new' } });
});

it('is not kept waiting by a flight that has landed, when its answer is no longer fresh', async () => {
  const { clock, open } = setUp(createMemoryCacheStore());
  await missed(await open(KEY, { ttlSeconds: 1 })).flight.store(ANSWER);
  await clock.advance(1_000);
  expect((await open(KEY, { ttlSeconds: 1 })).kind).toBe('miss');
});

it.each(['deadline', 'cancelled'] as const)('stops waiting when its own time is over: %s', async (cause) => {
  const { clock, open } = setUp(createMemoryCacheStore());
  await missed(await open(KEY, { ttlSeconds: 1 })).flight.store(ANSWER);
  await clock.advance(1_000);
  await open(KEY);
  const leaving = new AbortController();
  const deadline = createDeadline(clock, 10_000, leaving.signal);
  const looks = collected([open(KEY, { deadline })]);
  await clock.advance(9_999);
  expect(looks).toEqual([]);
  if (cause === 'cancelled') leaving.abort();
  await clock.advance(cause === 'deadline' ? 1 : 0);
  expect(looks).toEqual([{ kind: 'stopped', stale: { body: ANSWER, storedAt: NOW } }]);
  expect(deadline.stoppedBy).toBe(cause);
});

it('looks once for all who ask the same in one process at the same time', async () => {
  const store = createMemoryCacheStore();
  let reads = 0;
  const counting: typeof store = { ...store, read: (...asked) => ((reads += 1), store.read(...asked)) };
  const { clock, open } = setUp(counting);
  await missed(await open(KEY)).flight.store(ANSWER);
  reads = 0;
  const looks = collected(Array.from({ length: 50 }, () => open(KEY)));
  await clock.advance(0);
  expect(looks).toHaveLength(50);
  expect(reads).toBe(1);
});
