import { expect, it } from 'vitest';
import { createDeadline } from '../../lib/kernel/deadline.ts';
import { createMemoryCacheStore } from '../../lib/response-cache/memory-store.ts';
import { LONGEST_PAUSE_MS } from '../../lib/response-cache/response-cache.ts';
import { collected, environment, keyFor, LEASE_MS, missed, RUN_MS, seen, setUp } from './parts.ts';

const KEY = keyFor('once');
const ANSWER = '{"output":"four"}';

it('leaves no timer behind once the flight has ended', async () => {
  const { clock, open } = setUp(createMemoryCacheStore());
  const leaderDeadline = createDeadline(clock, RUN_MS);
  const leader = missed(await open(KEY, { deadline: leaderDeadline }));
  await leader.flight.store(ANSWER);
  leaderDeadline[Symbol.dispose]();
  expect(clock.pending).toBe(0);
});

it('keeps the place of a leader that lives, however long it takes, up to its own deadline', async () => {
  const { clock, open } = setUp(createMemoryCacheStore());
  const leader = missed(await open(KEY, { deadline: createDeadline(clock, 10 * LEASE_MS) }));
  const followers = collected([open(KEY, { deadline: createDeadline(clock, 100 * LEASE_MS) })]);
  await clock.advance(10 * LEASE_MS);
  expect(followers).toEqual([]);
  await clock.advance(LEASE_MS + LONGEST_PAUSE_MS);
  expect(followers.map(seen)).toEqual([{ kind: 'miss', stale: null }]);
  await leader.flight.unstorable();
});

it('replaces a leader that died by one of its followers when its lease is over, and by one only', async () => {
  const store = createMemoryCacheStore();
  const { clock, open } = setUp(store);
  // Its timers stand still, as those of a process that is gone.
  const dying = environment(store, { ...clock, after: () => () => {} });
  await dying.open(KEY);
  const followers = collected(Array.from({ length: 20 }, () => open(KEY)));
  await clock.advance(LEASE_MS - 1);
  expect(followers).toEqual([]);
  await clock.advance(LONGEST_PAUSE_MS + 1);
  expect(followers.map(seen)).toEqual([{ kind: 'miss', stale: null }]);
  const [successor] = followers;
  if (successor !== undefined) await missed(successor).flight.store(ANSWER);
  await clock.advance(LONGEST_PAUSE_MS);
  expect(followers.slice(1).map((look) => look.kind)).toEqual(Array(19).fill('hit'));
});

it('lets a late leader keep its answer, but do nothing to the flight of its successor', async () => {
  const store = createMemoryCacheStore();
  const { clock, open } = setUp(store);
  const slow = environment(store, { ...clock, after: () => () => {} });
  const [silent, telling] = [keyFor('silent'), keyFor('telling')];
  const late = [missed(await slow.open(silent)), missed(await slow.open(telling))] as const;
  await clock.advance(LEASE_MS);
  const successors = [missed(await open(silent)), missed(await open(telling))] as const;
  const followers = collected([open(silent)]);
  await late[0].flight.unstorable();
  await clock.advance(2_000);
  expect(followers).toEqual([]);
  await successors[0].flight.store('of the successor');
  await clock.advance(LONGEST_PAUSE_MS);
  expect(followers).toMatchObject([{ kind: 'hit', answer: { body: 'of the successor' }, shared: true }]);
  await late[1].flight.store('of the late one');
  expect((await store.read(telling)).flight?.state).toBe('aloft');
  expect(await open(telling)).toMatchObject({ kind: 'hit', answer: { body: 'of the late one' } });
});
