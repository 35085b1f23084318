import { beforeEach, describe, expect, it } from 'vitest';
import { sleep } from '../../lib/kernel/clock.ts';
import { BELIEVED_MS, KNOWN_BUCKETS } from '../../lib/rate-limit/known-tats.ts';
import { createMemoryRateStore } from '../../lib/rate-limit/memory-store.ts';
import { CONTENDED_MS, MAX_AT_ONCE, TAKE_LIMIT_MS } from '../../lib/rate-limit/rate-limit.ts';
import type { RateStore } from '../../lib/rate-limit/store.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { bucket, type Environment, environment, NOW, told, watched } from './parts.ts';

const THIRTY = bucket(30);
const HOUR_MS = 3_600_000;

let clock: FakeClock;
let shared: RateStore;
let seen: ReturnType<typeof watched>['seen'];
let own: Environment;
let other: Environment;
beforeEach(() => {
  clock = createFakeClock(NOW);
  shared = createMemoryRateStore();
  const watch = watched(shared);
  seen = watch.seen;
  own = environment(watch.store, clock);
  other = environment(shared, clock);
});

const unguarded = (error: string) => ({ type: 'limit.unguarded', limit: 'tenant-requests', error });

describe('a bucket of thirty', () => {
  it('tells what is left and when it is full again', async () => {
    expect(told(await own.take(THIRTY, 1))).toEqual({ admitted: true, remaining: 29, resetMs: 2_000 });
    expect(told(await own.take(THIRTY, 9))).toEqual({ admitted: true, remaining: 20, resetMs: 20_000 });
    expect(told(await own.take(THIRTY, 21))).toEqual({
      admitted: false,
      remaining: 20,
      resetMs: 20_000,
      retryAfterMs: 2_000,
    });
  });

  it('lets thirty of three hundred through, and one each two seconds from then on, to the millisecond', async () => {
    expect(await own.admitted(THIRTY, 300)).toBe(30);
    for (let round = 0; round < 5; round += 1) {
      expect(told(await own.take(THIRTY, 1))).toMatchObject({ retryAfterMs: 2_000 });
      await clock.advance(1_999);
      expect(told(await own.take(THIRTY, 1))).toMatchObject({ retryAfterMs: 1 });
      await clock.advance(1);
      expect(await own.admitted(THIRTY, 300)).toBe(1);
    }
  });

  it('is not shut longer by those whom it refuses, here or elsewhere', async () => {
    await own.admitted(THIRTY, 30);
    expect(await own.admitted(THIRTY, 500)).toBe(0);
    expect(await other.admitted(THIRTY, 500)).toBe(0);
    await clock.advance(2_000);
    expect(await other.admitted(THIRTY, 1)).toBe(1);
  });

  it('is one for all environments, and its own for each key', async () => {
    expect(await own.admitted(THIRTY, 20)).toBe(20);
    expect(await other.admitted(THIRTY, 20)).toBe(10);
    expect(await own.admitted(bucket(30, 'globex'), 40)).toBe(30);
  });

  it('keeps the share that was taken when its size is changed', async () => {
    await own.admitted(THIRTY, 15);
    expect(told(await own.take(bucket(300), 1))).toMatchObject({ admitted: true, remaining: 149 });
  });

  it('lets nothing through when it has no permits, and asks no store', async () => {
    seen.down = true;
    expect(told(await own.take(bucket(0), 1))).toEqual({
      admitted: false,
      retryAfterMs: 60_000,
      remaining: 0,
      resetMs: 60_000,
    });
    await own.charge(bucket(0), 5);
    expect([seen.moves, own.events]).toEqual([0, []]);
  });
});

describe('what it costs', () => {
  it('is one write while nobody else takes, two where somebody did', async () => {
    await own.admitted(THIRTY, 1);
    expect(seen.moves).toBe(1);
    await own.take(THIRTY, 1);
    expect(seen.moves).toBe(2);
    await clock.advance(60_000);
    await own.take(THIRTY, 1);
    expect(seen.moves).toBe(3);
    await other.admitted(THIRTY, 2);
    await clock.advance(60_000);
    await other.take(THIRTY, 1);
    await own.take(THIRTY, 1);
    expect(seen.moves).toBe(5);
  });

  it('is no write for what an environment knows to be refused', async () => {
    await own.admitted(THIRTY, 30);
    const { moves } = seen;
    await own.admitted(THIRTY, 1_000);
    await clock.advance(1_999);
    await own.admitted(THIRTY, 1_000);
    expect(seen.moves).toBe(moves);
    await clock.advance(1);
    expect(await own.admitted(THIRTY, 1)).toBe(1);
    expect(seen.moves).toBe(moves + 1);
  });

  it('is one write each two seconds for what it knows to be refused for longer', async () => {
    await own.take(THIRTY, 300);
    const { moves } = seen;
    for (let second = 0; second < 10; second += 1) {
      expect(await own.admitted(THIRTY, 100)).toBe(0);
      await clock.advance(1_000);
    }
    expect(seen.moves - moves).toBeGreaterThan(0);
    expect(seen.moves - moves).toBeLessThanOrEqual(5);
  });

  it('is a handful of writes for a crowd that meets a bucket which others have emptied', async () => {
    await other.admitted(THIRTY, 30);
    expect(await own.admitted(THIRTY, 500)).toBe(0);
    expect(seen.moves).toBeLessThanOrEqual(MAX_AT_ONCE);
  });

  it('is four writes at most: then the call is refused for a second', async () => {
    let tat = 0n;
    const restless: RateStore = {
      move: async (_key, { to }) => ({ applied: false, tat: (tat = tat === 0n ? to + 1n : 0n) }),
    };
    const watch = watched(restless);
    const busy = environment(watch.store, clock);
    expect(told(await busy.take(THIRTY, 1))).toMatchObject({ admitted: false, retryAfterMs: CONTENDED_MS });
    expect(watch.seen.moves).toBe(4);
    await busy.charge(THIRTY, 1);
    expect(busy.events).toEqual([unguarded('contended')]);
  });

  it('is bounded memory: of very many buckets the oldest is asked for again', async () => {
    await own.admitted(THIRTY, 30);
    for (let user = 0; user < KNOWN_BUCKETS; user += 1) await own.take(bucket(1, `user-${user}`), 1);
    const { moves } = seen;
    expect(await own.admitted(THIRTY, 1)).toBe(0);
    expect(seen.moves).toBe(moves + 1);
    expect(await own.admitted(bucket(1, `user-${KNOWN_BUCKETS - 1}`), 1)).toBe(0);
    expect(seen.moves).toBe(moves + 1);
  });
});

describe('a take that is given back', () => {
  it('is as if it had not been', async () => {
    await own.admitted(THIRTY, 29);
    const last = await own.take(THIRTY, 1);
    expect(await own.admitted(THIRTY, 1)).toBe(0);
    if (last.admitted) await last.giveBack();
    expect(await own.admitted(THIRTY, 2)).toBe(1);
  });

  it('is given back once, however often it is asked for', async () => {
    await own.admitted(THIRTY, 28);
    const last = await own.take(THIRTY, 1);
    if (last.admitted) await Promise.all([last.giveBack(), last.giveBack(), last.giveBack()]);
    expect(await own.admitted(THIRTY, 5)).toBe(2);
  });

  it('can be given back in part, also of more than the bucket holds', async () => {
    const some = await own.take(THIRTY, 20);
    if (some.admitted) await some.giveBack(15);
    expect(await own.admitted(THIRTY, 30)).toBe(25);
    await clock.advance(60_000);
    const more = await own.take(THIRTY, 45);
    if (more.admitted) await more.giveBack(43);
    expect(await own.admitted(THIRTY, 30)).toBe(28);
  });

  it('is seen within two seconds by environments that refused by what they knew', async () => {
    const first = await own.take(THIRTY, 30);
    expect(await other.admitted(THIRTY, 1)).toBe(0);
    if (first.admitted) await first.giveBack(29);
    await clock.advance(BELIEVED_MS - 1);
    expect(await other.admitted(THIRTY, 1)).toBe(0);
    await clock.advance(1);
    expect(await other.admitted(THIRTY, 40)).toBe(30);
  });

  it('gives no more than a full bucket, and costs nothing once it was refilled', async () => {
    const early = await own.take(THIRTY, 1);
    await clock.advance(2_000);
    const { moves } = seen;
    expect(await other.admitted(THIRTY, 30)).toBe(30);
    if (early.admitted) await early.giveBack();
    expect(seen.moves).toBe(moves);
    expect(await other.admitted(THIRTY, 1)).toBe(0);
  });

  it('takes no answer away when the store fails, and tells of it', async () => {
    const taken = await own.take(THIRTY, 1);
    seen.down = true;
    if (taken.admitted) await taken.giveBack();
    expect(own.events).toEqual([{ type: 'store.failed', operation: 'rate-limit.give-back', error: 'Error' }]);
  });
});

describe('a charge afterwards', () => {
  it('is waited for by those who come later', async () => {
    await own.take(THIRTY, 30);
    await own.charge(THIRTY, 30);
    expect(told(await other.take(THIRTY, 1))).toMatchObject({ admitted: false, remaining: 0, retryAfterMs: 62_000 });
  });

  it('ends at ten minutes of debt', async () => {
    for (let call = 0; call < 20; call += 1) await own.charge(THIRTY, 60);
    expect(told(await own.take(THIRTY, 1))).toMatchObject({ retryAfterMs: 602_000 });
    await clock.advance(602_000);
    expect(await own.admitted(THIRTY, 2)).toBe(1);
  });

  it('of nothing is not written', async () => {
    await own.charge(THIRTY, 0);
    expect(seen.moves).toBe(0);
  });
});

describe('a clock that is wrong', () => {
  it.each([
    ['ahead', HOUR_MS],
    ['behind', -HOUR_MS],
  ])('by an hour %s locks nobody out, neither the others nor itself', async (_title, skewMs) => {
    const skewed = environment(shared, createFakeClock(NOW + skewMs));
    for (let round = 0; round < 3; round += 1) {
      await skewed.admitted(THIRTY, 30);
      const decision = await own.take(THIRTY, 1);
      if (!decision.admitted) await clock.advance(decision.retryAfterMs);
      expect(decision.admitted ? 1 : await own.admitted(THIRTY, 1)).toBe(1);
      const mine = await skewed.take(THIRTY, 1);
      if (!mine.admitted) await skewed.clock.advance(mine.retryAfterMs);
      expect(mine.admitted ? 1 : await skewed.admitted(THIRTY, 1)).toBe(1);
    }
  });

  it('that is set right does not leave the environment refusing by what it knew', async () => {
    let now = NOW + HOUR_MS;
    const adjusted = environment(shared, { ...clock, now: () => now });
    await adjusted.admitted(THIRTY, 40);
    now = NOW;
    expect(await adjusted.admitted(THIRTY, 40)).toBe(30);
  });
});

describe('a store that is down', () => {
  it('lets calls through uncounted, tells of each, and is asked again by the next', async () => {
    seen.down = true;
    expect(await own.admitted(THIRTY, 40)).toBe(40);
    await own.charge(THIRTY, 3);
    expect(own.events).toEqual(Array.from({ length: 41 }, () => unguarded('Error')));
    seen.down = false;
    expect(await own.admitted(THIRTY, 40)).toBe(30);
  });

  it('does not make an environment forget whom it refuses', async () => {
    await own.admitted(THIRTY, 30);
    seen.down = true;
    expect(await own.admitted(THIRTY, 40)).toBe(0);
    expect(own.events).toEqual([]);
  });

  it('holds a call up for three seconds at most, those that wait for their turn included', async () => {
    seen.hanging = true;
    const waiting = own.admitted(THIRTY, 20);
    await clock.advance(TAKE_LIMIT_MS - 1);
    expect([own.events, seen.moves]).toEqual([[], MAX_AT_ONCE]);
    await clock.advance(1);
    expect(await waiting).toBe(20);
    expect(own.events).toHaveLength(20);
    expect(clock.pending).toBe(0);
  });

  it('is not taken for failed by those who wait for their turn while it answers, however slowly', async () => {
    const slow: RateStore = {
      async move(...asked) {
        await sleep(clock, TAKE_LIMIT_MS / 5, new AbortController().signal);
        return shared.move(...asked);
      },
    };
    const environmentOfSlow = environment(slow, clock);
    const asked = environmentOfSlow.admitted(THIRTY, 100);
    // Eight at a time; a permit is refilled each two seconds meanwhile.
    const startedAt = clock.now();
    let isOver = false;
    void asked.finally(() => (isOver = true));
    while (!isOver) await clock.advance(100);
    expect(clock.now() - startedAt).toBeGreaterThan(TAKE_LIMIT_MS);
    expect(await asked).toBeLessThanOrEqual(30 + Math.floor((clock.now() - startedAt) / 2_000));
    expect(environmentOfSlow.events).toEqual([]);
  });

  it('does not hold up whom an environment knows to be refused, though all turns are taken', async () => {
    await own.admitted(THIRTY, 30);
    seen.hanging = true;
    const charges = Array.from({ length: MAX_AT_ONCE }, () => own.charge(THIRTY, 1));
    expect(await own.admitted(THIRTY, 5)).toBe(0);
    await clock.advance(TAKE_LIMIT_MS);
    await Promise.all(charges);
  });

  it('holds up a charge and a giving back no longer than they are given', async () => {
    const taken = await own.take(THIRTY, 2);
    seen.hanging = true;
    const writes = [own.charge(THIRTY, 1, 1_000), taken.admitted ? taken.giveBack(1, 1_000) : Promise.resolve()];
    await clock.advance(1_000);
    await Promise.all(writes);
    expect(clock.pending).toBe(0);
  });

  it('does not hold up a caller who has left', async () => {
    seen.hanging = true;
    const caller = new AbortController();
    const waiting = own.take(THIRTY, 1, caller.signal);
    caller.abort();
    expect((await waiting).admitted).toBe(true);
    expect(own.events).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
