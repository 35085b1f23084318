import { expect, it } from 'vitest';
import { storeUnavailable } from '../../lib/dynamodb/failure.ts';
import { LANDING_MS, WRITE_LIMIT_MS } from '../../lib/response-cache/flights.ts';
import { createMemoryCacheStore } from '../../lib/response-cache/memory-store.ts';
import { LEAD_LIMIT_MS, LONGEST_PAUSE_MS } from '../../lib/response-cache/response-cache.ts';
import { LOOK_LIMIT_MS } from '../../lib/response-cache/shared-looks.ts';
import type { CacheStore } from '../../lib/response-cache/store.ts';
import { collected, keyFor, LEASE_MS, missed, seen, setUp } from './parts.ts';

const KEY = keyFor('fails');
const ANSWER = '{"output":"four"}';
type Operation = keyof CacheStore;

const refuses = async () => Promise.reject<never>(storeUnavailable(new Error('down')));
/** As a store does that never answers: it is given up by its signal alone. */
const hangs = (signal: AbortSignal | undefined) =>
  new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(storeUnavailable(signal.reason)), { once: true });
  });

/** A store whose operations fail as long as they are named, and one that does what it is told but loses the answer. */
const breakable = () => {
  const truth = createMemoryCacheStore();
  const broken = new Map<Operation, 'refuses' | 'hangs' | 'loses'>();
  const guarded = async <T>(
    operation: Operation,
    signal: AbortSignal | undefined,
    act: () => Promise<T>,
  ): Promise<T> => {
    const how = broken.get(operation);
    if (how === 'refuses') return refuses();
    if (how === 'hangs') return hangs(signal);
    const done = await act();
    return how === 'loses' ? hangs(signal) : done;
  };
  const store: CacheStore = {
    read: (key, options) => guarded('read', options?.signal, () => truth.read(key, options)),
    lead: (key, flight, now, signal) => guarded('lead', signal, () => truth.lead(key, flight, now, signal)),
    change: (key, flight, signal) => guarded('change', signal, () => truth.change(key, flight, signal)),
    putAnswer: (key, answer, signal) => guarded('putAnswer', signal, () => truth.putAnswer(key, answer, signal)),
  };
  return { broken, truth, ...setUp(store) };
};

const failures = (events: readonly unknown[]) =>
  events
    .map((event) => ({ ...(event as { type: string; operation: string }) }))
    .map((event) => [event.type, event.operation]);

it.each(['refuses', 'hangs'] as const)(
  'lets the run go on without a cache that %s, within half a second',
  async (how) => {
    const { broken, clock, open, events } = breakable();
    broken.set('read', how);
    const looks = collected([open(KEY)]);
    await clock.advance(how === 'hangs' ? LOOK_LIMIT_MS : 0);
    expect(looks).toMatchObject([{ kind: 'miss', stale: null, failed: true }]);
    expect(failures(events)).toEqual([['store.failed', 'cache.open']]);
    // Its end is not told to a store that is down.
    for (const look of looks) await missed(look).flight.store(ANSWER);
    broken.clear();
    expect((await open(KEY)).kind).toBe('miss');
  },
);

it('tells who waits with the stale answer that it had seen', async () => {
  const { broken, clock, open } = breakable();
  await missed(await open(KEY, { ttlSeconds: 1 })).flight.store(ANSWER);
  await clock.advance(1_000);
  await open(KEY);
  const followers = collected([open(KEY)]);
  await clock.advance(0);
  broken.set('read', 'refuses');
  await clock.advance(LONGEST_PAUSE_MS);
  expect(followers).toMatchObject([{ kind: 'miss', stale: { body: ANSWER }, failed: true }]);
});

it.each(['refuses', 'hangs', 'loses'] as const)('goes on when the store %s as it is to take off', async (how) => {
  const { broken, clock, open, events } = breakable();
  broken.set('lead', how);
  const looks = collected([open(KEY)]);
  await clock.advance(how === 'refuses' ? 0 : LEAD_LIMIT_MS);
  expect(looks).toMatchObject([{ kind: 'miss', failed: true }]);
  expect(failures(events)).toEqual([['store.failed', 'cache.lead']]);
  broken.clear();
  for (const look of looks) await missed(look).flight.store(ANSWER);
  expect(await open(KEY)).toMatchObject({ kind: 'hit', answer: { body: ANSWER } });
});

it('gives back the place that it had without knowing', async () => {
  const { broken, clock, open } = breakable();
  broken.set('lead', 'loses');
  const looks = collected([open(KEY)]);
  await clock.advance(LEAD_LIMIT_MS);
  broken.clear();
  const followers = collected([open(KEY)]);
  await clock.advance(5_000);
  expect(followers).toEqual([]);
  for (const look of looks) await missed(look).flight.unstorable();
  await clock.advance(LONGEST_PAUSE_MS);
  expect(followers.map((look) => look.kind)).toEqual(['miss']);
});

it.each(['refuses', 'hangs'] as const)(
  'ends a run in bounded time when its answer meets a store that %s',
  async (how) => {
    const { broken, clock, open, events } = breakable();
    const { flight } = missed(await open(KEY));
    broken.set('putAnswer', how).set('change', how);
    let ended = false;
    void flight.store(ANSWER).then(() => (ended = true));
    await clock.advance(how === 'hangs' ? WRITE_LIMIT_MS : 0);
    expect(ended).toBe(true);
    expect(failures(events).sort()).toEqual([
      ['store.failed', 'cache.land'],
      ['store.failed', 'cache.store'],
    ]);
    expect(clock.pending).toBe(1);
  },
);

it('does not let anybody wait longer than a landing takes for an answer that was lost', async () => {
  const { broken, clock, open } = breakable();
  const { flight } = missed(await open(KEY));
  broken.set('putAnswer', 'refuses');
  await flight.store(ANSWER);
  const followers = collected([open(KEY), open(KEY)]);
  await clock.advance(LANDING_MS - 1);
  expect(followers).toEqual([]);
  await clock.advance(LONGEST_PAUSE_MS + 1);
  expect(followers.map(seen)).toEqual([{ kind: 'miss', stale: null }]);
});

it('keeps its place over two renewals that fail, and tells of them', async () => {
  const { broken, clock, open, events } = breakable();
  const { flight } = missed(await open(KEY));
  const followers = collected([open(KEY)]);
  broken.set('change', 'refuses');
  await clock.advance((2 * LEASE_MS) / 3);
  broken.clear();
  await clock.advance(LEASE_MS);
  expect(followers).toEqual([]);
  expect(failures(events)).toEqual(Array(2).fill(['store.failed', 'cache.renew']));
  await flight.unstorable();
});

it('does not tell of a renewal that the end of the run has broken off, nor is it undone by one', async () => {
  const { broken, clock, open, events, truth } = breakable();
  const { flight } = missed(await open(KEY));
  broken.set('change', 'hangs');
  await clock.advance(LEASE_MS / 3);
  broken.clear();
  await flight.unstorable();
  expect(events).toEqual([]);
  expect((await truth.read(KEY)).flight?.state).toBe('unshared');
  await clock.advance(LEASE_MS);
  expect((await truth.read(KEY)).flight?.state).toBe('unshared');
});

it('gives no answer that cannot be unpacked, and none as a stand-in', async () => {
  const { clock, open, truth, events } = breakable();
  const packed = { encoding: 'gzip', bytes: Buffer.from('no gzip') } as const;
  await truth.putAnswer(KEY, { packed, storedAt: clock.now(), freshUntil: clock.now() + 1_000 });
  expect(await open(KEY)).toMatchObject({ kind: 'miss', stale: null, failed: true });
  expect(events).toMatchObject([{ type: 'store.failed', operation: 'cache.open' }]);
  await clock.advance(1_000);
  expect(await open(KEY)).toMatchObject({ kind: 'miss', stale: null, failed: false });
});

it('puts nothing of a key or an answer into what it tells', async () => {
  const { broken, open, events } = breakable();
  const { flight } = missed(await open(KEY));
  broken.set('read', 'refuses').set('putAnswer', 'refuses').set('change', 'refuses');
  await open(KEY);
  await flight.store(ANSWER);
  expect(JSON.stringify(events)).not.toMatch(/acme|four|fails/);
});

it('keeps followers waiting through a look or two in vain, and lets them go on the third', async () => {
  const { broken, clock, open, events } = breakable();
  const leader = missed(await open(KEY));
  const [looks, gone] = [collected([open(KEY)]), collected([open(KEY)])];
  await clock.advance(10_000);
  broken.set('read', 'refuses');
  // The longest pause is a second: one look in vain each, or two.
  await clock.advance(1_000);
  broken.clear();
  await clock.advance(5_000);
  expect([...looks, ...gone]).toEqual([]);
  expect(failures(events)).toEqual([]);
  broken.set('read', 'refuses');
  await clock.advance(5_000);
  expect([...looks, ...gone]).toMatchObject([
    { kind: 'miss', failed: true },
    { kind: 'miss', failed: true },
  ]);
  await leader.flight.unstorable();
});
