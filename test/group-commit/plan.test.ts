import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Item, n, s } from '../../lib/dynamodb/attributes.ts';
import { conditionOf } from '../../lib/dynamodb/condition.ts';
import { expressionOf } from '../../lib/dynamodb/update.ts';
import { changed, holds } from '../../lib/group-commit/effect.ts';
import { inOrder, type Member, plan } from '../../lib/group-commit/plan.ts';
import { size } from '../sizes.ts';
import { anyItem, anyUpdate } from './any-update.ts';

const id = (number: number) => `run_${String(number).padStart(26, '0')}:1:1`;

/** As a budget's item is written. */
const reserving = (number: number, amount = 1n, limit = 10n, at = '2026-11-20'): Member => ({
  frees: false,
  update: {
    change: { set: { [`r#${id(number)}`]: s('held') }, add: { [`d#${at}`]: amount, month: amount, open: 1 } },
    assumed: {
      lacks: [`r#${id(number)}`, `z#${id(number)}`],
      atMost: { [`d#${at}`]: limit - amount, month: 10n * limit, open: 199n, fence: 9n },
    },
  },
});
const settling = (number: number, difference = -1n, at = '2026-11-20'): Member => ({
  frees: true,
  update: {
    change: { remove: [`r#${id(number)}`], add: { [`d#${at}`]: difference, month: difference, open: -1 } },
    assumed: { equal: { [`r#${id(number)}`]: s('held') } },
  },
});
const itemOf = (day: bigint, held: readonly number[] = []): Item => ({
  'd#2026-11-20': n(day),
  month: n(day),
  open: n(held.length),
  ...Object.fromEntries(held.map((number) => [`r#${id(number)}`, s('held')])),
});

describe('who goes out together', () => {
  it('is everybody, where nothing is known of the item', () => {
    const members = [reserving(1), settling(2), reserving(3)];
    const { group, waiting, refused, update } = plan(members, null);
    expect([group, waiting, refused]).toEqual([members, [], []]);
    expect(update?.assumed.atMost).toMatchObject({ 'd#2026-11-20': 9n, open: 199n });
  });

  it('is one alone as it asked', () => {
    const member = reserving(1);
    expect(plan([member], null).update).toBe(member.update);
    expect(plan([member], itemOf(3n)).update).toBe(member.update);
  });

  it('leaves out what is too much beside the others even for an item that is new', () => {
    const members = [reserving(1, 6n), reserving(2, 6n), reserving(3, 4n)];
    expect(plan(members, null)).toMatchObject({ group: [members[0], members[2]], waiting: [members[1]], refused: [] });
  });

  it('takes what fits in order of arrival, refuses what does not fit as it is, and lets the others wait', () => {
    const members = [reserving(1, 3n), reserving(2, 4n), reserving(3, 8n), reserving(4, 1n), reserving(5, 1n)];
    const planned = plan(members, itemOf(5n));
    expect(planned.group).toEqual([members[0], members[3], members[4]]);
    expect(planned.waiting).toEqual([members[1]]);
    expect(planned.refused).toEqual([members[2]]);
    expect(planned.pending).toEqual([members[0], members[1], members[3], members[4]]);
  });

  it('counts what settlements of the group give back', () => {
    const members = inOrder([reserving(1, 4n), settling(2, -3n)]);
    expect(members.map(({ frees }) => frees)).toEqual([true, false]);
    expect(plan(members, itemOf(9n, [2])).group).toEqual(members);
    expect(plan(members, itemOf(9n)).refused).toHaveLength(2);
  });

  it('puts nobody before another who is about the same reservation', () => {
    const members = [reserving(1), settling(1), settling(2)];
    expect(inOrder(members)).toEqual([members[2], members[0], members[1]]);
    expect(plan(inOrder(members), null)).toMatchObject({ group: [members[2], members[0]], waiting: [members[1]] });
  });

  it('is no more than one update may hold, and nobody who comes later goes before who did not fit in', () => {
    const members = Array.from({ length: 9 }, (_, at) => (at < 5 ? reserving(at) : settling(at)));
    const planned = plan(members, null, 4);
    expect(planned.group).toEqual(members.slice(0, 4));
    expect(planned.waiting).toEqual(members.slice(4));
  });

  it.each([
    ['reservations', (at: number) => reserving(at, 1n, 500n), 50],
    ['settlements', (at: number) => settling(at), 100],
    ['both', (at: number) => (at % 2 === 0 ? reserving(at, 1n, 500n) : settling(at)), 78],
    ['those of many days', (at: number) => reserving(at, 1n, 500n, `2026-11-${10 + (at % 20)}`), 20],
  ] as const)('stays within DynamoDB’s 4 KB and 300 operators: %s', (_, make, atLeast) => {
    const members = inOrder(Array.from({ length: 300 }, (__, at) => make(at)));
    const { group, update } = plan(members, null);
    expect(group.length).toBeGreaterThanOrEqual(atLeast);
    if (update === null) throw new Error('none goes out');
    const [condition, expression] = [conditionOf(update.assumed), expressionOf(update.change)];
    for (const text of [condition.ConditionExpression ?? '', expression.UpdateExpression ?? '']) {
      expect(text.length).toBeLessThan(4_096);
      expect(
        text.match(/attribute_\w+|\b(?:AND|OR)\b|[<>]?=|(?<=ADD|,) #add|(?<=REMOVE|,) #remove/g)?.length,
      ).toBeLessThan(300);
    }
  });

  it('is in any case what would be done one after the other, and somebody goes or is refused each time', () => {
    let [went, waited] = [0, 0];
    const anyMember = fc.record({ update: anyUpdate, frees: fc.boolean() });
    const seenOrNot = fc.option(anyItem, { nil: null });
    fc.assert(
      fc.property(seenOrNot, anyItem, fc.array(anyMember, { minLength: 1, maxLength: 6 }), (seen, other, members) => {
        const order = inOrder(members);
        expect(order).toHaveLength(members.length);
        const { group, refused, waiting, update } = plan(order, seen);
        expect([...group, ...refused, ...waiting]).toHaveLength(members.length);
        expect(group.length + refused.length).toBeGreaterThan(0);
        if (seen !== null) for (const each of refused) expect(holds(seen, each.update.assumed)).toBe(false);
        else expect(refused).toEqual([]);
        if (update === null) return;
        // Whatever the item has become meanwhile, the write is done where each of them may be, in this order.
        for (const item of seen === null ? [other] : [seen, other]) {
          let [after, isDone] = [item, true];
          for (const { update: one } of group) {
            isDone &&= holds(after, one.assumed);
            after = changed(after, one.change);
          }
          expect(holds(item, update.assumed)).toBe(isDone);
          if (isDone) expect(changed(item, update.change)).toEqual(after);
        }
        if (seen !== null) expect(holds(seen, update.assumed)).toBe(true);
        if (group.length > 1) went += 1;
        if (waiting.length > 0) waited += 1;
      }),
      { numRuns: size(2_000, 50_000), seed: 22 },
    );
    expect([went > 100, waited > 100]).toEqual([true, true]);
  });

  it('admits of reservations and settlements exactly those that fit in order of arrival', () => {
    const amounts = fc.bigInt({ min: 1n, max: 6n });
    const asked = fc.array(fc.record({ amount: amounts, frees: fc.boolean(), number: fc.nat(3) }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(asked, fc.bigInt({ min: 0n, max: 14n }), (all, day) => {
        const members = inOrder(
          all.map(({ amount, frees, number }, at) => (frees ? settling(number, -amount) : reserving(at + 10, amount))),
        );
        const seen = itemOf(day, [0, 1, 2]);
        const { group } = plan(members, seen);
        let counter = day;
        const settled = new Set<string>();
        const fits: Member[] = [];
        for (const member of members) {
          const { add = {}, remove: [name = ''] = [] } = member.update.change;
          const amount = BigInt(add['month'] ?? 0);
          if (member.frees ? seen[name] === undefined || settled.has(name) : counter + amount > 10n) continue;
          settled.add(name);
          counter += amount;
          fits.push(member);
        }
        expect(group).toEqual(fits);
        expect(counter <= 10n || counter <= day).toBe(true);
      }),
      { numRuns: size(2_000, 50_000), seed: 23 },
    );
  });
});
