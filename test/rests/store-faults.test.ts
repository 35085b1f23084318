import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryRestStore } from '../../lib/rests/memory-store.ts';
import { moving } from '../circuit-breaker/parts.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { type Environment, environment, MODEL, NAME, watched } from './parts.ts';

let clock: FakeClock;
let seen: ReturnType<typeof watched>['seen'];
let own: Environment;
let other: Environment;
beforeEach(() => {
  clock = createFakeClock();
  const shared = createMemoryRestStore({ clock });
  const watch = watched(shared);
  seen = watch.seen;
  own = environment(watch.store, clock);
  other = environment(shared, clock, 2);
});

const failed = (operation: string) => ({ type: 'store.failed', operation, error: 'Error' });
const took = async (work: Promise<unknown>): Promise<number> => {
  const startedAt = clock.now();
  await moving(clock, work);
  return clock.now() - startedAt;
};

describe('a store that is down', () => {
  it('leaves what is known here, is told of once a second, and is asked again then', async () => {
    await other.rests.limited(NAME, 25_000);
    expect(await own.look()).toBe(25_000);
    seen.down = true;
    await clock.advance(1_000);
    for (let call = 0; call < 20; call += 1) expect(await own.look()).toBe(24_000);
    expect(own.events).toEqual([failed('rests.read')]);
    seen.down = false;
    await other.rests.limited(`${MODEL}standard/key-2`, 9_000);
    await clock.advance(1_000);
    expect(await own.look(`${MODEL}standard/key-2`)).toBe(8_000);
  });

  it('does not hear of a rest, which holds here nevertheless, and is tried out here', async () => {
    seen.down = true;
    await own.rests.limited(NAME, 90_000);
    expect(await own.look()).toBe(90_000);
    await clock.advance(30_000);
    expect(await own.look()).toBe('due');
    const tickets = await Promise.all([own.rests.probe(NAME), own.rests.probe(NAME)]);
    expect(tickets.filter((ticket) => ticket !== null)).not.toEqual([]);
    await own.rests.answered(NAME, tickets[0] ?? 0);
    expect(await own.look()).toBe('over');
    expect(own.events).toContainEqual(failed('rests.limited'));
  });

  it('that knows of none when it is back is right: what was only expected here is dropped by the next try', async () => {
    seen.down = true;
    await own.rests.limited(NAME, 90_000);
    seen.down = false;
    await clock.advance(30_000);
    expect(await own.look()).toBe('due');
    expect(await own.rests.probe(NAME)).toBeNull();
    expect(await own.look()).toBe('over');
  });

  it('hears of the next one', async () => {
    seen.down = true;
    await own.rests.limited(NAME, 20_000);
    seen.down = false;
    await own.rests.limited(NAME, 20_001);
    expect(await other.look()).toBe(20_001);
  });
});

describe('a store that does not answer', () => {
  it('holds a call up for half a second, and each later one within the second not at all', async () => {
    seen.hanging = true;
    expect(await took(own.look())).toBe(500);
    expect(await took(own.look())).toBeLessThanOrEqual(1);
    expect(clock.pending).toBe(0);
  });

  it('holds no report up for longer than a second, however many there are', async () => {
    seen.hanging = true;
    const all = Promise.all(Array.from({ length: 100 }, (_, call) => own.rests.limited(NAME, 60_000 + call)));
    expect(await took(all)).toBeLessThanOrEqual(1_001);
    expect(own.events).toEqual([failed('rests.limited'), failed('rests.limited')]);
    expect(clock.pending).toBe(0);
  });
});

describe('many calls that are limited at once', () => {
  const limitAll = (lengths: readonly number[], name = NAME) =>
    Promise.all(lengths.map((ms) => own.rests.limited(name, ms)));

  it('cost two writes for a name, and each hears when its own is told', async () => {
    await limitAll(Array.from({ length: 100 }, (_, call) => 20_000 + call));
    expect(seen.writes).toEqual([clock.now() + 20_000, clock.now() + 20_099]);
    expect(await other.look()).toBe(20_099);
    expect(clock.pending).toBe(0);
  });

  it('do not wait for those of another name', async () => {
    await Promise.all([limitAll([20_000, 20_001]), limitAll([20_000], `${MODEL}fast/key-1`)]);
    expect(seen.writes.toSorted()).toEqual([20_000, 20_000, 20_001].map((ms) => clock.now() + ms));
  });
});
