import { beforeEach, describe, expect, it } from 'vitest';
import type { SlotDeadline } from '../../lib/rate-limit/held-slot.ts';
import { createMemorySlotStore } from '../../lib/rate-limit/memory-slot-store.ts';
import type { SlotStore } from '../../lib/rate-limit/slot-store.ts';
import { createSlots } from '../../lib/rate-limit/slots.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { ENDLESS, NOW } from './parts.ts';

let clock: FakeClock;
let store: SlotStore;
let seen: { down: boolean; claims: number; queries: number; renewals: number };
let events: BallastEvent[];
let holders: number;
beforeEach(() => {
  clock = createFakeClock(NOW);
  seen = { down: false, claims: 0, queries: 0, renewals: 0 };
  events = [];
  holders = 0;
  const memory = createMemorySlotStore();
  const counting = <Answer>(what: 'claims' | 'queries' | 'renewals', act: () => Promise<Answer>) => {
    seen[what] += 1;
    return seen.down ? Promise.reject(new Error('down')) : act();
  };
  store = {
    claim: (...args) => counting('claims', () => memory.claim(...args)),
    held: (...args) => counting('queries', () => memory.held(...args)),
    takeOver: (...args) => counting('claims', () => memory.takeOver(...args)),
    renew: (...args) => counting('renewals', () => memory.renew(...args)),
    release: (...args) => (seen.down ? Promise.reject(new Error('down')) : memory.release(...args)),
  };
});

const take = async (count: number, tenant = 'acme', deadline: SlotDeadline = ENDLESS) => {
  holders += 1;
  const random = seededRandom(holders);
  const slots = createSlots({ store, clock, random, emit: (event) => void events.push(event) });
  return await slots.take(tenant, `run-${holders}`, count, deadline);
};
const taken = async (count: number) => {
  const slot = await take(count);
  if (!slot.held) throw new Error('no slot was free');
  return slot;
};

describe('slots', () => {
  it('are found one after the other until all are held, whatever the dice say', async () => {
    for (let run = 0; run < 50; run += 1) expect((await take(50)).held).toBe(true);
    expect(await take(50)).toEqual({ held: false, retryAfterMs: 1_000 });
  });

  it('of a holder before are taken over by who names it, and by nobody else', async () => {
    const slots = createSlots({ store, clock, random: seededRandom(1), emit: (event) => void events.push(event) });
    const first = await slots.take('acme', 'run-a#1', 1, ENDLESS, 'run-a#');
    expect((await slots.take('acme', 'run-b#1', 1, ENDLESS, 'run-b#')).held).toBe(false);
    expect((await slots.take('acme', 'run-a#2', 1, ENDLESS)).held).toBe(false);
    const second = await slots.take('acme', 'run-a#2', 1, ENDLESS, 'run-a#');
    expect(second.held).toBe(true);
    // It is not the first one's any more.
    if (first.held) await first.release();
    expect((await slots.take('acme', 'run-b#2', 1, ENDLESS, 'run-b#')).held).toBe(false);
    if (second.held) await second.release();
    expect((await slots.take('acme', 'run-b#3', 1, ENDLESS, 'run-b#')).held).toBe(true);
  });

  it('come back when they are released, the last free one too', async () => {
    const held = [await taken(3), await taken(3), await taken(3)];
    for (const slot of held) {
      await slot.release();
      expect((await take(3)).held).toBe(true);
      expect((await take(3)).held).toBe(false);
    }
  });

  it("are each tenant's own", async () => {
    await taken(1);
    expect((await take(1, 'globex')).held).toBe(true);
    expect((await take(1)).held).toBe(false);
  });

  it('are never had where there are none, and no store is asked', async () => {
    expect(await take(0)).toEqual({ held: false, retryAfterMs: 1_000 });
    expect(seen.claims).toBe(0);
  });

  it('cost one write where the first is free, a query and at most four more where it is not', async () => {
    await taken(1);
    expect(seen).toMatchObject({ claims: 1, queries: 0 });
    await take(1);
    expect(seen).toMatchObject({ claims: 2, queries: 1 });
    const memory = store;
    store = { ...memory, claim: async () => ((seen.claims += 1), false) };
    expect((await take(100)).held).toBe(false);
    expect(seen).toMatchObject({ claims: 7, queries: 2 });
  });
});

describe('a held slot', () => {
  it('is kept for as long as the run goes on', async () => {
    const slot = await taken(1);
    for (let minute = 0; minute < 15; minute += 1) {
      await clock.advance(60_000);
      expect((await take(1)).held).toBe(false);
    }
    expect(seen.renewals).toBe(90);
    await slot.release();
    expect(clock.pending).toBe(0);
  });

  it('survives two renewals that failed', async () => {
    await taken(1);
    await clock.advance(9_999);
    seen.down = true;
    await clock.advance(11_000);
    seen.down = false;
    expect(events).toHaveLength(2);
    expect(events[0]).toEqual({ type: 'store.failed', operation: 'slots.renew', error: 'Error' });
    await clock.advance(9_002);
    await clock.advance(20_000);
    expect((await take(1)).held).toBe(false);
  });

  it('is given up when another one took it for abandoned, and that one is not disturbed', async () => {
    const slot = await taken(1);
    seen.down = true;
    await clock.advance(25_000);
    seen.down = false;
    const later = createFakeClock(NOW + 31_000);
    expect(
      await store.claim(
        { tenantId: 'acme', number: 0 },
        { holder: 'successor', expiresAt: (NOW / 1000 + 61) as never },
        later.now(),
      ),
    ).toBe(true);
    await clock.advance(10_000);
    expect(clock.pending).toBe(0);
    await slot.release();
    expect(await store.held('acme', clock.now())).toEqual(new Map([[0, expect.any(String)]]));
  });

  it('is released once, during a renewal as well, and never renewed after', async () => {
    const slot = await taken(1);
    let arrive = () => {};
    const before = { ...store };
    store.renew = async (...args) => {
      await new Promise<void>((resolve) => {
        arrive = resolve;
        args[2]?.addEventListener('abort', () => resolve());
      });
      return before.renew(...args);
    };
    await clock.advance(10_000);
    await Promise.all([slot.release(), slot.release()]);
    arrive();
    await clock.advance(60_000);
    expect(clock.pending).toBe(0);
    expect((await store.held('acme', NOW)).size).toBe(0);
  });
});

describe('a store that is down', () => {
  it('lets runs go on without a slot, and tells of each', async () => {
    seen.down = true;
    const slot = await taken(1);
    expect(events).toEqual([{ type: 'limit.unguarded', limit: 'concurrent-runs', error: 'Error' }]);
    await slot.release();
    expect([events.length, clock.pending]).toEqual([1, 0]);
  });

  it("takes no answer away when a slot can't be released: it expires by itself", async () => {
    const slot = await taken(1);
    seen.down = true;
    await slot.release();
    expect(events).toEqual([{ type: 'store.failed', operation: 'slots.release', error: 'Error' }]);
    seen.down = false;
    await clock.advance(31_000);
    expect((await take(1)).held).toBe(true);
  });
});

describe('a slot whose taker leaves meanwhile', () => {
  /** Done by the store, whoever breaks it off: then nobody hears of it. */
  const unheard = (leave: () => void, isLost: boolean) => {
    const before = { ...store };
    store.claim = async (slot, holding, now, signal) => {
      const done = await before.claim(slot, holding, now);
      leave();
      if (isLost || signal?.aborted) throw new Error('no answer');
      return done;
    };
  };

  it.each([
    ['is taken to the end and given back', false],
    ['is given back where its answer was lost as well', true],
  ])('%s', async (_title, isLost) => {
    const leaving = new AbortController();
    unheard(() => leaving.abort(), isLost);
    const slot = await take(1, 'acme', { remainingMs: () => 60_000, signal: leaving.signal });
    if (slot.held) await slot.release();
    expect(await store.held('acme', clock.now())).toEqual(new Map());
    expect(clock.pending).toBe(0);
  });
});

describe('a slot of a run that nears its deadline', () => {
  const until = (endsAt: number): SlotDeadline => ({
    remainingMs: () => Math.max(0, endsAt - clock.now()),
    signal: new AbortController().signal,
  });

  it('is free within a second of it, though its release is lost', async () => {
    const slot = await take(1, 'acme', until(NOW + 12_500));
    seen.down = true;
    await clock.advance(12_500);
    if (slot.held) await slot.release();
    seen.down = false;
    expect((await take(1)).held).toBe(false);
    await clock.advance(500);
    expect((await take(1)).held).toBe(true);
  });

  it('is renewed no further, and holds nobody up for longer than a second more', async () => {
    const hanging = (_slot: unknown, _holder: unknown, signal?: AbortSignal) =>
      new Promise<boolean>((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    store = { ...store, release: hanging };
    const slot = await take(1, 'acme', until(NOW + 25_000));
    await clock.advance(60_000);
    expect(seen.renewals).toBe(3);
    const releasing = slot.held ? slot.release() : Promise.resolve();
    await clock.advance(1_000);
    await releasing;
    expect(clock.pending).toBe(0);
  });

  it('is waited for no longer than the run lasts, and nothing is told then', async () => {
    const hanging: SlotStore['claim'] = (_slot, _holding, _now, signal) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    store = { ...store, claim: hanging };
    const over = new AbortController();
    const taking = take(1, 'acme', { remainingMs: () => 500, signal: over.signal });
    await clock.advance(500);
    over.abort();
    expect((await taking).held).toBe(true);
    expect(events).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
