import { beforeEach, describe, expect, it } from 'vitest';
import { MAX_COOL_DOWN_MS } from '../../lib/cool-down/cool-downs.ts';
import { createMemoryCoolDownStore } from '../../lib/cool-down/memory-store.ts';
import type { CoolDownStore } from '../../lib/cool-down/store.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { ends, environment, NAME, watched, type Environment } from './parts.ts';

let clock: FakeClock;
let shared: CoolDownStore;
let seen: ReturnType<typeof watched>['seen'];
let own: Environment;
let other: Environment;
beforeEach(() => {
  clock = createFakeClock();
  shared = createMemoryCoolDownStore({ clock });
  const watch = watched(shared);
  seen = watch.seen;
  own = environment(watch.store, clock);
  other = environment(shared, clock);
});

const here = () => own.coolDowns.of(NAME);
const there = () => other.coolDowns.of(NAME);

describe('a cool-down', () => {
  it('is known at once where it began, and within a second everywhere, until it ends and not longer', async () => {
    await there();
    await own.coolDowns.extend(NAME, 'key-1', 5_000);
    const until = ends(clock, { 'key-1': 5_000 });
    expect(await here()).toEqual(until);
    await clock.advance(1_000);
    expect(await there()).toEqual(until);
    await clock.advance(3_999);
    expect([await here(), await there()]).toEqual([until, until]);
    await clock.advance(1);
    expect([await here(), await there()]).toEqual([new Map(), new Map()]);
    expect(clock.pending).toBe(0);
  });

  it('of one key under one name says nothing of another key or name', async () => {
    await own.coolDowns.extend(NAME, 'key-1', 5_000);
    await own.coolDowns.extend('anthropic/claude-haiku-5-5', 'key-2', 5_000);
    expect(await there()).toEqual(ends(clock, { 'key-1': 5_000 }));
  });

  it('that ends sooner changes nothing and costs no write, here or elsewhere', async () => {
    await own.coolDowns.extend(NAME, 'key-1', 5_000);
    await own.coolDowns.extend(NAME, 'key-1', 4_999);
    await other.coolDowns.extend(NAME, 'key-1', 1_000);
    expect(seen.writes).toHaveLength(1);
    await clock.advance(1_000);
    const until = ends(clock, { 'key-1': 4_000 });
    expect([await here(), await there()]).toEqual([until, until]);
  });

  it('lasts no longer than an hour, whatever the provider says', async () => {
    for (const [who, forMs] of [
      ['key-1', MAX_COOL_DOWN_MS + 1],
      ['key-2', Infinity],
    ] as const)
      await own.coolDowns.extend(NAME, who, forMs);
    expect(MAX_COOL_DOWN_MS).toBe(3_600_000);
    expect(await there()).toEqual(ends(clock, { 'key-1': MAX_COOL_DOWN_MS, 'key-2': MAX_COOL_DOWN_MS }));
  });

  it.each([0, -1, -Infinity, NaN])('of %d milliseconds is none', async (forMs) => {
    await own.coolDowns.extend(NAME, 'key-1', forMs);
    expect(await here()).toEqual(new Map());
    expect(seen.writes).toEqual([]);
  });

  it('of a fraction of a millisecond ends with the whole one, never earlier', async () => {
    await own.coolDowns.extend(NAME, 'key-1', 0.1);
    expect(await there()).toEqual(ends(clock, { 'key-1': 1 }));
  });
});

describe('reading', () => {
  it('is done eventually consistently, once a second and name for all who ask', async () => {
    await Promise.all(Array.from({ length: 100 }, here));
    expect(seen).toMatchObject({ reads: 1, strongReads: 0 });
    await own.coolDowns.of('anthropic/claude-haiku-5-5');
    expect(seen.reads).toBe(2);
    await clock.advance(999);
    await here();
    expect(seen.reads).toBe(2);
    await clock.advance(1);
    await Promise.all([here(), here()]);
    expect(seen.reads).toBe(3);
  });

  it('never shortens or forgets what is known here: a replica may lag behind', async () => {
    const lagging = { ...shared, list: async () => ends(clock, { 'key-1': 1_000 }) };
    const behind = environment(lagging, clock);
    await behind.coolDowns.extend(NAME, 'key-1', 60_000);
    await behind.coolDowns.extend(NAME, 'key-2', 60_000);
    const until = ends(clock, { 'key-1': 60_000, 'key-2': 60_000 });
    await clock.advance(1_000);
    expect(await behind.coolDowns.of(NAME)).toEqual(until);
  });

  it('tells those who wait for it also what was extended here meanwhile', async () => {
    const answer = Promise.withResolvers<ReadonlyMap<string, number>>();
    const slow = environment({ ...shared, list: () => answer.promise }, clock);
    const asked = slow.coolDowns.of(NAME);
    await slow.coolDowns.extend(NAME, 'key-1', 60_000);
    answer.resolve(new Map());
    expect(await asked).toEqual(ends(clock, { 'key-1': 60_000 }));
  });

  it('gives each caller what was true then: a later extension does not change it', async () => {
    const before = await here();
    await own.coolDowns.extend(NAME, 'key-1', 60_000);
    expect(before).toEqual(new Map());
  });
});
