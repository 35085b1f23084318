import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryRestStore } from '../../lib/rests/memory-store.ts';
import { MAX_REST_MS } from '../../lib/rests/rest.ts';
import type { RestStore } from '../../lib/rests/store.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { type Environment, environment, MODEL, NAME, watched } from './parts.ts';

let clock: FakeClock;
let shared: RestStore;
let seen: ReturnType<typeof watched>['seen'];
let own: Environment;
let other: Environment;
beforeEach(() => {
  clock = createFakeClock();
  shared = createMemoryRestStore({ clock });
  const watch = watched(shared);
  seen = watch.seen;
  own = environment(watch.store, clock);
  other = environment(shared, clock, 2);
});

describe('a rest', () => {
  it('is known at once where it began, and within a second everywhere, until it ends and not longer', async () => {
    await other.look();
    await own.rests.limited(NAME, 5_000);
    expect(await own.look()).toBe(5_000);
    await clock.advance(1_000);
    expect(await other.look()).toBe(4_000);
    await clock.advance(3_999);
    expect([await own.look(), await other.look()]).toEqual([1, 1]);
    await clock.advance(1);
    expect([await own.look(), await other.look()]).toEqual(['over', 'over']);
    expect(clock.pending).toBe(0);
  });

  it('says nothing of another key, kind or model', async () => {
    await own.rests.limited(NAME, 5_000);
    for (const name of [`${MODEL}standard/key-2`, `${MODEL}fast/key-1`, 'anthropic/claude-opus-5/standard/key-1'])
      expect(await own.look(name)).toBe('over');
  });

  it('that ends sooner changes nothing and costs no write, here or elsewhere', async () => {
    await own.rests.limited(NAME, 5_000);
    await own.rests.limited(NAME, 4_999);
    await other.rests.limited(NAME, 1_000);
    expect(seen.writes).toHaveLength(1);
    await clock.advance(1_000);
    expect([await own.look(), await other.look()]).toEqual([4_000, 4_000]);
  });

  it('lasts no longer than an hour, whatever the provider says', async () => {
    for (const [key, forMs] of [
      ['a', MAX_REST_MS + 1],
      ['b', Infinity],
    ] as const) {
      await own.rests.limited(`${MODEL}standard/${key}`, forMs);
      expect(await other.rests.list()).toContainEqual({
        name: `${MODEL}standard/${key}`,
        until: clock.now() + 3_600_000,
      });
    }
  });

  it.each([0, -1, -Infinity, NaN])('of %d milliseconds is none', async (forMs) => {
    await own.rests.limited(NAME, forMs);
    expect(await own.look()).toBe('over');
    expect(seen.writes).toEqual([]);
  });

  it('of a fraction of a millisecond ends with the whole one, never earlier', async () => {
    await own.rests.limited(NAME, 0.1);
    expect(await own.look()).toBe(1);
  });
});

describe('trying out', () => {
  const MINUTE = 60_000;
  const due = async () => {
    await own.rests.limited(NAME, 10 * MINUTE);
    await clock.advance(30_000);
  };

  it('is due after half a minute, for one of the whole fleet, and then for nobody for as long', async () => {
    await due();
    const fleet = [own, other, environment(shared, clock, 3)];
    for (const each of fleet) expect(await each.look()).toBe('due');
    const asked = Promise.all(fleet.flatMap(({ rests }) => Array.from({ length: 20 }, () => rests.probe(NAME))));
    await clock.advance(100);
    expect((await asked).filter((ticket) => ticket !== null)).toHaveLength(1);
    await clock.advance(1_000);
    for (const each of fleet) expect(await each.look()).toBeGreaterThan(0);
    await clock.advance(28_900);
    for (const each of fleet) expect(await each.look()).toBe('due');
  });

  it('whose answer comes ends the rest for all within a second', async () => {
    await due();
    const ticket = await own.rests.probe(NAME);
    await other.look();
    await own.rests.answered(NAME, ticket ?? 0);
    expect(await own.look()).toBe('over');
    await clock.advance(1_000);
    expect(await other.look()).toBe('over');
    expect(await other.rests.list()).toEqual([]);
  });

  it('that is limited sets the new end, sooner or later', async () => {
    await due();
    for (const forMs of [2 * MINUTE, 50 * MINUTE]) {
      const ticket = await own.rests.probe(NAME);
      await own.rests.limited(NAME, forMs, ticket);
      expect([await own.look(), await other.rests.list()]).toEqual([
        forMs,
        [{ name: NAME, until: clock.now() + forMs }],
      ]);
      await clock.advance(30_000);
    }
  });

  it('that nobody hears of any more is made again by another', async () => {
    await due();
    expect(await own.rests.probe(NAME)).not.toBeNull();
    await clock.advance(30_000);
    expect(await other.look()).toBe('due');
    expect(await other.rests.probe(NAME)).not.toBeNull();
  });

  it('that found out nothing is made again by the next, anywhere; a late one gives nothing back', async () => {
    await due();
    const ticket = await own.rests.probe(NAME);
    await own.rests.unheard(NAME, ticket ?? 0);
    await clock.advance(1_000);
    expect([await own.look(), await other.look()]).toEqual(['due', 'due']);
    expect(await other.rests.probe(NAME)).not.toBeNull();
    await own.rests.unheard(NAME, ticket ?? 0);
    expect(await other.look()).toBeGreaterThan(0);
  });

  it('that a later word has overtaken ends nothing', async () => {
    await due();
    const ticket = await own.rests.probe(NAME);
    await clock.advance(30_000);
    await other.look();
    const later = await other.rests.probe(NAME);
    await other.rests.limited(NAME, 5 * MINUTE, later);
    await own.rests.answered(NAME, ticket ?? 0);
    await clock.advance(1_000);
    expect([await own.look(), await other.look()]).toEqual([5 * MINUTE - 1_000, 5 * MINUTE - 1_000]);
  });
});

describe('an operator', () => {
  it('sees what rests and ends it for all within a second, and a lagging replica does not bring it back', async () => {
    await own.rests.limited(NAME, 60_000);
    const before = await shared.list(MODEL);
    expect(await other.rests.list()).toEqual([{ name: NAME, until: clock.now() + 60_000 }]);
    expect(await other.rests.end(NAME)).toBe(true);
    expect(await other.rests.list()).toEqual([]);
    await clock.advance(1_000);
    expect(await own.look()).toBe('over');
    const lagging = environment({ ...shared, list: async () => before }, clock);
    await lagging.rests.end(NAME);
    expect(await lagging.look()).toBe('over');
  });

  it('hears of what does not rest that it does not', async () => {
    expect(await own.rests.end(NAME)).toBe(false);
    await own.rests.limited(NAME, 1_000);
    await clock.advance(1_000);
    expect(await own.rests.end(NAME)).toBe(false);
    await own.rests.limited(NAME, 1_000);
    expect(await own.look()).toBe(1_000);
  });
});

describe('reading', () => {
  it('is done once a second and model for all who ask', async () => {
    await Promise.all(Array.from({ length: 100 }, () => own.look()));
    expect(seen).toMatchObject({ reads: 0, lists: 1 });
    await clock.advance(999);
    await own.look();
    expect(seen.lists).toBe(1);
    await clock.advance(1);
    await Promise.all([own.look(), own.look()]);
    expect(seen.lists).toBe(2);
  });

  it('believes no replica that lags behind what was written here', async () => {
    const behind = environment({ ...shared, list: async () => [] }, clock);
    await behind.rests.limited(NAME, 60_000);
    await clock.advance(1_000);
    expect(await behind.look()).toBe(59_000);
  });
});
