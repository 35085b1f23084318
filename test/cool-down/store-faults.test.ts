import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryCoolDownStore } from '../../lib/cool-down/memory-store.ts';
import { moving } from '../circuit-breaker/parts.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { ends, environment, NAME, watched, type Environment } from './parts.ts';

let clock: FakeClock;
let seen: ReturnType<typeof watched>['seen'];
let own: Environment;
let other: Environment;
beforeEach(() => {
  clock = createFakeClock();
  const shared = createMemoryCoolDownStore({ clock });
  const watch = watched(shared);
  seen = watch.seen;
  own = environment(watch.store, clock);
  other = environment(shared, clock);
});

const failed = (operation: string) => ({ type: 'store.failed', operation, error: 'Error' });
const took = async (work: Promise<unknown>): Promise<number> => {
  const startedAt = clock.now();
  await moving(clock, work);
  return clock.now() - startedAt;
};

describe('a store that is down', () => {
  it('leaves what is known here, is told of once a second, and is asked again then', async () => {
    await other.coolDowns.extend(NAME, 'key-1', 60_000);
    const until = ends(clock, { 'key-1': 60_000 });
    expect(await own.coolDowns.of(NAME)).toEqual(until);
    seen.down = true;
    await clock.advance(1_000);
    for (let call = 0; call < 20; call += 1) expect(await own.coolDowns.of(NAME)).toEqual(until);
    expect(own.events).toEqual([failed('cool-down.of')]);
    seen.down = false;
    await other.coolDowns.extend(NAME, 'key-2', 60_000);
    await clock.advance(1_000);
    expect([...(await own.coolDowns.of(NAME)).keys()]).toEqual(['key-1', 'key-2']);
  });

  it('does not hear of a cool-down, which holds here nevertheless', async () => {
    seen.down = true;
    await expect(own.coolDowns.extend(NAME, 'key-1', 60_000)).resolves.toBeUndefined();
    expect(await own.coolDowns.of(NAME)).toEqual(ends(clock, { 'key-1': 60_000 }));
    expect(own.events).toEqual([failed('cool-down.extend'), failed('cool-down.of')]);
  });

  it('hears of the next one', async () => {
    seen.down = true;
    await own.coolDowns.extend(NAME, 'key-1', 60_000);
    seen.down = false;
    await own.coolDowns.extend(NAME, 'key-1', 60_001);
    expect(await other.coolDowns.of(NAME)).toEqual(ends(clock, { 'key-1': 60_001 }));
  });
});

describe('a store that does not answer', () => {
  it('holds a call up for half a second, and each later one within the second not at all', async () => {
    seen.hanging = true;
    expect(await took(own.coolDowns.of(NAME))).toBe(500);
    expect(await took(own.coolDowns.of(NAME))).toBeLessThanOrEqual(1);
    expect(clock.pending).toBe(0);
  });

  it('holds no extension up for longer than a second, however many there are', async () => {
    seen.hanging = true;
    const extend = (forMs: number) => own.coolDowns.extend(NAME, 'key-1', forMs);
    const all = Promise.all(Array.from({ length: 100 }, (_, call) => extend(60_000 + call)));
    expect(await took(all)).toBeLessThanOrEqual(1_001);
    expect(own.events).toEqual([failed('cool-down.extend'), failed('cool-down.extend')]);
    expect(clock.pending).toBe(0);
  });
});

describe('many calls that are limited at once', () => {
  const extendAll = (lengths: readonly number[], who = 'key-1') =>
    Promise.all(lengths.map((ms) => own.coolDowns.extend(NAME, who, ms)));

  it('cost two writes for a key, and each hears when its own is told', async () => {
    await extendAll(Array.from({ length: 100 }, (_, call) => 60_000 + call));
    expect(seen.writes).toEqual([clock.now() + 60_000, clock.now() + 60_099]);
    expect(await other.coolDowns.of(NAME)).toEqual(ends(clock, { 'key-1': 60_099 }));
    expect(clock.pending).toBe(0);
  });

  it('do not wait for those of another key', async () => {
    await Promise.all([extendAll([60_000, 60_001]), extendAll([60_000], 'key-2')]);
    expect(seen.writes.toSorted()).toEqual([60_000, 60_000, 60_001].map((ms) => clock.now() + ms));
  });

  it('write again later, when the writes before are over', async () => {
    await extendAll([60_000, 60_001, 60_002]);
    await extendAll([60_003, 60_004]);
    expect(seen.writes.map((until) => until - clock.now())).toEqual([60_000, 60_002, 60_003, 60_004]);
  });

  it('write nothing more for one that has ended while it waited', async () => {
    seen.hanging = true;
    const all = extendAll([50, 60]);
    expect(await took(all)).toBe(500);
    expect(seen.writes).toHaveLength(1);
  });
});
