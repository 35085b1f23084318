import { describe, expect, it } from 'vitest';
import { n, s } from '../../lib/dynamodb/attributes.ts';
import { mayBeDone } from '../../lib/dynamodb/failure.ts';
import { createGroupCommit, type GroupOptions } from '../../lib/group-commit/group-commit.ts';
import { SLOW_MS } from '../../lib/group-commit/queues.ts';
import { answered } from '../dynamodb/faulty-client.ts';
import { createFakeClock } from '../fake-clock.ts';
import { LOST, openHeldTable, THROTTLE, watched } from './held-client.ts';

const KEY = { pk: 'budget#acme', sk: '2026-11' };
const ONCE = { once: true };

const open = (most?: number) => {
  const held = openHeldTable();
  const clock = createFakeClock();
  const groups = createGroupCommit(held.table, { most, clock });
  const take = (name: string, amount: bigint, options: GroupOptions = ONCE) =>
    watched(
      groups.update(
        KEY,
        { set: { [`r#${name}`]: s('held') }, add: { month: amount } },
        { lacks: [`r#${name}`], atMost: { month: 10n - amount } },
        options,
      ),
    );
  const free = (name: string, amount: bigint, options: GroupOptions = { frees: true }) =>
    watched(
      groups.update(
        KEY,
        { remove: [`r#${name}`], add: { month: -amount } },
        { equal: { [`r#${name}`]: s('held') } },
        options,
      ),
    );
  const item = () => held.engine.item('ledger', KEY.pk) ?? {};
  return { ...held, clock, groups, take, free, item };
};

describe('one alone', () => {
  it('is sent in the same moment, as the table itself would send it', async () => {
    const { groups, table, sent, take } = open();
    take('a', 3n);
    expect(sent).toHaveLength(1);
    const [change, assumed] = [
      { set: { 'r#a': s('held') }, add: { month: 3n } },
      { lacks: ['r#a'], atMost: { month: 7n } },
    ];
    void table.update(KEY, change, assumed, ONCE);
    expect(sent[0]).toEqual(sent[1]);
    void groups.update({ ...KEY, sk: 'another' }, change, assumed, ONCE);
    expect(sent).toHaveLength(3);
  });

  it('is refused by one write, with what it found', async () => {
    const { take, pass, sent } = open();
    const first = take('a', 3n);
    await pass();
    const second = take('b', 8n);
    await pass();
    expect(first.value).toEqual({ applied: true, item: { 'r#a': s('held'), month: n(3) } });
    expect(second.value).toMatchObject({ applied: false, found: { month: n(3), 'r#a': s('held') } });
    expect(sent).toHaveLength(2);
  });
});

describe('those who come while a write is under way', () => {
  it('go out as one when it has ended, and are answered by that one', async () => {
    const { take, free, pass, sent, item, underWay } = open();
    const first = take('a', 3n);
    const [second, third] = [take('b', 2n), take('c', 4n)];
    expect(underWay()).toBe(1);
    await pass();
    expect([first.state, second.state, third.state]).toEqual(['resolved', 'waits', 'waits']);
    const freed = free('a', 3n);
    expect(underWay()).toBe(1);
    await pass();
    expect([second.value, third.value]).toMatchObject([
      { applied: true, item: { month: n(5) } },
      { applied: true, item: { month: n(9) } },
    ]);
    expect(freed.state).toBe('waits');
    await pass();
    expect(freed.state).toBe('resolved');
    expect(sent).toHaveLength(3);
    expect(item()).toMatchObject({ month: n(6), 'r#b': s('held'), 'r#c': s('held') });
  });

  it('are taken in order of arrival where not all of them fit, and the others are refused by what is there then', async () => {
    const { take, pass, sent } = open();
    take('a', 3n);
    const asked = [take('b', 2n), take('c', 8n), take('d', 5n), take('e', 1n)];
    await pass();
    await pass();
    // Nobody is refused for one that is not durable: only what does not fit without the others.
    expect(asked.map(({ state }) => state)).toEqual(['waits', 'resolved', 'waits', 'waits']);
    await pass();
    expect(asked.map(({ value }) => value?.applied)).toEqual([true, false, true, false]);
    expect(asked[3]?.value).toMatchObject({ found: { month: n(10), 'r#d': s('held') } });
    expect(sent).toHaveLength(3);
  });

  it('let those go first who make room', async () => {
    const { take, free, pass, sent } = open();
    const first = take('a', 9n);
    await pass();
    take('x', 1n);
    const [second, freed] = [take('b', 5n), free('a', 9n)];
    await pass();
    await pass();
    expect([first, second, freed].map(({ value }) => value?.applied)).toEqual([true, true, true]);
    expect(sent).toHaveLength(3);
  });

  it('do not wait for more than a group', async () => {
    const { take, underWay, sent } = open(3);
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) take(name, 1n);
    expect(underWay()).toBe(3);
    expect(sent.map(({ UpdateExpression = '' }) => UpdateExpression.match(/#set/g)?.length)).toEqual([1, 3, 3]);
  });

  it('are as before, each by itself, where a group is of one', async () => {
    const { take, underWay } = open(1);
    for (const name of ['a', 'b', 'c']) take(name, 1n);
    expect(underWay()).toBe(3);
  });
});

describe('a write that is slow', () => {
  it('holds up nobody for longer than a moment, whoever came before or comes after', async () => {
    const { take, pass, underWay, clock, sent } = open();
    take('a', 1n);
    const waiting = ['b', 'c'].map((name) => take(name, 1n));
    await clock.advance(SLOW_MS - 1);
    expect(underWay()).toBe(1);
    await clock.advance(1);
    expect(underWay()).toBe(2);
    const next = ['d', 'e'].map((name) => take(name, 1n));
    expect(underWay()).toBe(2);
    await clock.advance(SLOW_MS);
    expect(underWay()).toBe(3);
    for (let each = 0; each < 3; each += 1) await pass();
    expect([...waiting, ...next].map(({ value }) => value?.applied)).toEqual([true, true, true, true]);
    expect([sent.length, clock.pending]).toEqual([3, 0]);
  });

  it('is passed by at once by whoever comes then; the next goes when either has ended', async () => {
    const { take, pass, underWay, clock } = open();
    const first = take('a', 1n);
    await clock.advance(SLOW_MS);
    take('b', 1n);
    expect(underWay()).toBe(2);
    const third = take('c', 1n);
    expect(underWay()).toBe(2);
    await pass();
    expect(first.state).toBe('resolved');
    expect(underWay()).toBe(2);
    await pass();
    await pass();
    expect([third.state, clock.pending]).toEqual(['resolved', 0]);
  });
});

describe('a group that fails', () => {
  const group = async () => {
    const opened = open();
    opened.take('z', 1n);
    await opened.pass();
    opened.take('y', 1n);
    const [one, other, freed] = [opened.take('a', 2n), opened.take('b', 2n), opened.free('z', 1n)];
    await opened.pass();
    return { ...opened, one, other, freed };
  };

  it('for being throttled refuses those who ask once, for certain not done, and tries the others again', async () => {
    const { fail, pass, one, other, freed, item } = await group();
    await fail(THROTTLE());
    expect([one.state, other.state, freed.state]).toEqual(['rejected', 'rejected', 'waits']);
    expect([one.error, other.error].map(mayBeDone)).toEqual([false, false]);
    await pass();
    expect(freed.state).toBe('resolved');
    expect(item()).not.toHaveProperty('r#a');
  });

  it.each([true, false])(
    'without an answer says so to each of them, and the others ask again (done: %s)',
    async (done) => {
      const { fail, pass, one, other, freed, item, sent } = await group();
      await fail(LOST(), done);
      expect([one.error, other.error].map(mayBeDone)).toEqual([true, true]);
      await pass();
      expect(freed.value?.applied).toBe(!done);
      expect(item()).toMatchObject({ month: n(done ? 5 : 1) });
      expect('r#a' in item()).toBe(done);
      expect(sent).toHaveLength(4);
    },
  );

  it('because the service does not take it goes out one by one', async () => {
    const { fail, pass, one, other, freed, underWay } = await group();
    await fail(answered(400, 'ValidationException'));
    expect(underWay()).toBe(3);
    await fail(answered(400, 'ValidationException'));
    await pass();
    await pass();
    expect([freed.state, one.state, other.state]).toEqual(['rejected', 'resolved', 'resolved']);
  });

  it('leaves nobody in line behind it who would only meet the same', async () => {
    const { take, pass, fail, underWay } = open(2);
    take('z', 1n);
    await pass();
    // Of ten and more no two fit into an item of which nothing is known.
    take('y', 1n);
    const asked = ['a', 'b', 'c', 'd'].map((name) => take(name, 6n));
    expect(underWay()).toBe(3);
    await pass();
    await fail(LOST());
    await fail(LOST());
    expect(underWay()).toBe(2);
    await fail(LOST());
    await fail(LOST());
    expect(asked.map(({ state }) => state)).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
  });

  it('although each of its members fits by what it found goes out one by one', async () => {
    const { fail, pass, one, other, freed, underWay, item } = await group();
    const refusal = Object.assign(answered(400, 'ConditionalCheckFailedException'), { Item: item() });
    await fail(refusal);
    expect(underWay()).toBe(3);
    for (let each = 0; each < 3; each += 1) await pass();
    expect([one, other, freed].map(({ value }) => value?.applied)).toEqual([true, true, true]);
  });

  it('for another process’s sake is planned anew, as often as it takes', async () => {
    const { engine, pass, one, other, item, sent } = await group();
    const grab = (name: string, amount: string) =>
      engine.apply('UpdateItem', {
        TableName: 'ledger',
        Key: { pk: s(KEY.pk), sk: s(KEY.sk) },
        UpdateExpression: 'SET #set0 = :set0 ADD #add0 :add0',
        ExpressionAttributeNames: { '#set0': name, '#add0': 'month' },
        ExpressionAttributeValues: { ':set0': s('held'), ':add0': { N: amount } },
      });
    grab('r#other', '6');
    await pass();
    expect([one.state, other.state]).toEqual(['waits', 'waits']);
    grab('r#more', '2');
    await pass();
    expect([one.value?.applied, other.value?.applied]).toEqual([false, false]);
    await pass();
    expect(item()).toMatchObject({ month: n(9) });
    expect(sent).toHaveLength(5);
  });
});

describe('one who leaves', () => {
  it('is not held up, and what was not sent for it is not sent', async () => {
    const { take, pass, sent, item } = open();
    const leaving = new AbortController();
    take('a', 1n);
    const [gone, stays] = [take('b', 1n, { ...ONCE, signal: leaving.signal }), take('c', 1n)];
    leaving.abort(new Error('left'));
    await pass();
    expect(gone).toMatchObject({ state: 'rejected', error: { code: 'store-unavailable' } });
    await pass();
    expect(stays.state).toBe('resolved');
    expect(sent).toHaveLength(2);
    expect(item()).not.toHaveProperty('r#b');
  });
});
