import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { n, s } from '../../lib/dynamodb/attributes.ts';
import { compose, type ItemUpdate } from '../../lib/group-commit/compose.ts';
import { afterEach, changed, holds } from '../../lib/group-commit/effect.ts';
import { size } from '../sizes.ts';
import { anyItem, anyUpdate } from './any-update.ts';

const composed = (updates: readonly ItemUpdate[]): ItemUpdate | null =>
  updates.reduce<ItemUpdate | null>((all, each) => (all === null ? null : compose(all, each)), {
    change: {},
    assumed: {},
  });

describe('one update for several', () => {
  it('is done exactly where all are done one after the other, and leaves the same item', () => {
    let [done, refused] = [0, 0];
    fc.assert(
      fc.property(anyItem, fc.array(anyUpdate, { minLength: 1, maxLength: 4 }), (item, updates) => {
        const together = composed(updates);
        if (together === null) return;
        let [after, isDone] = [item, true];
        for (const { change, assumed } of updates) {
          isDone &&= holds(after, assumed);
          after = changed(after, change);
        }
        expect(holds(item, together.assumed)).toBe(isDone);
        if (isDone) expect(changed(item, together.change)).toEqual(after);
        if (isDone && updates.length > 1) done += 1;
        else if (updates.length > 1) refused += 1;
      }),
      { numRuns: size(3_000, 200_000), seed: 19 },
    );
    expect(done).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(100);
  });

  it('has numbers of which each of them knows its own', () => {
    fc.assert(
      fc.property(anyItem, fc.array(anyUpdate, { minLength: 1, maxLength: 4 }), (item, updates) => {
        if (composed(updates) === null) return;
        const numbered = updates.map(({ change: { add = {}, set = {} } }) => ({ change: { add, set } }));
        const each: (typeof item)[] = [];
        let after = item;
        for (const { change } of numbered) each.push((after = changed(after, change)));
        const found = afterEach(numbered, after);
        for (const [at, { change }] of numbered.entries())
          for (const name of [...Object.keys(change.add), ...Object.keys(change.set)])
            if (each[at]?.[name]?.N !== undefined) expect(found[at]?.[name]).toEqual(each[at]?.[name]);
      }),
      { numRuns: size(1_000, 50_000), seed: 20 },
    );
  });

  const adding = (day: bigint, most: bigint): ItemUpdate => ({
    change: { add: { day } },
    assumed: { atMost: { day: most } },
  });
  const setting = (name: string): ItemUpdate => ({ change: { set: { [name]: s('x') } }, assumed: { lacks: [name] } });

  it.each<[title: string, first: ItemUpdate, then: ItemUpdate]>([
    ['of the same attribute twice, of which the second finds what the first has made', setting('r#1'), setting('r#1')],
    [
      'of which the second takes away what the first has made',
      setting('r#1'),
      { change: { remove: ['r#1'] }, assumed: { lacks: ['x'] } },
    ],
    ['of which the second is too much even for a number that is not there', adding(5n, 9n), adding(1n, 4n)],
    [
      'of which the second sets what the first adds to',
      adding(5n, 9n),
      { change: { set: { day: n(3) } }, assumed: { lacks: ['x'] } },
    ],
    [
      'of which the second does not fit after what the first sets',
      { change: { set: { day: n(3) } }, assumed: { lacks: ['x'] } },
      adding(5n, 2n),
    ],
    [
      'of which the second adds to what the first takes away',
      { change: { remove: ['day'] }, assumed: { lacks: ['x'] } },
      adding(5n, 9n),
    ],
    [
      'of which the second needs a number that the first has made',
      adding(5n, 9n),
      { change: { add: { day: 1n } }, assumed: { atLeast: { day: 1n } } },
    ],
    [
      'of which the second assumes the opposite',
      { change: { add: { day: 1n } }, assumed: { equal: { 'r#1': s('x') } } },
      { change: { add: { month: 1n } }, assumed: { lacks: ['r#1'] } },
    ],
  ])('is none for two %s', (_, first, then) => {
    expect(compose(first, then)).toBeNull();
  });

  it('is one for two that spend from a number below zero which both need to be there, and not without', () => {
    const spending = (by: bigint, has: readonly string[]): ItemUpdate => ({
      change: { add: { day: by } },
      assumed: { equal: { terms: s('same') }, has, atMost: { day: -by } },
    });
    const together = compose(spending(5n, ['day']), spending(3n, ['day']));
    expect(together).toMatchObject({
      change: { add: { day: 8n } },
      assumed: { equal: { terms: s('same') }, has: ['day'], atMost: { day: -8n } },
    });
    expect(compose(spending(5n, []), spending(3n, ['day']))).toBeNull();
    expect(compose(spending(5n, []), spending(3n, []))).toBeNull();
    const other = { ...spending(3n, ['day']).assumed, equal: { terms: s('other') } };
    expect(compose(spending(5n, ['day']), { change: { add: { day: 3n } }, assumed: other })).toBeNull();
  });

  it('has the ceiling of the strictest, lowered by what comes before it', () => {
    const together = composed([adding(5n, 20n), adding(3n, 9n), adding(-7n, 50n), adding(1n, 30n)]);
    expect(together).toMatchObject({ change: { add: { day: 2n } }, assumed: { atMost: { day: 4n } } });
  });
});
