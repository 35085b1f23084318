import { expect, it } from 'vitest';
import { flag, type Item, readStrings, s, strings } from '../../lib/dynamodb/attributes.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import type { DynamoDb } from '../../lib/dynamodb/types.ts';
import { describeOnDynamoDb, TABLE_NAMES } from '../dynamodb.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { answered, type Fault, faulty, unanswered } from './faulty-client.ts';

const key = (pk: string) => ({ pk, sk: 'a' });
const item = (pk: string, state: string, more: Item = {}): Item => ({
  pk: s(pk),
  sk: s('a'),
  state: s(state),
  ...more,
});
const was = (state: string) => ({ equal: { state: s(state) } });

describeOnDynamoDb('a conditional write', (engine) => {
  // One for all: two tables with one seed would mark their writes alike.
  const random = seededRandom(5);
  const open = (...faults: Fault[]) => {
    const clock = createFakeClock();
    const client = faulty(engine().client, faults);
    // Pauses between attempts end at once: what they are is the business of `attempted`.
    const impatient = { ...clock, after: (_: number, act: () => void) => clock.after(0, act) };
    const table = createTable({ client, name: TABLE_NAMES.ControlTable, clock: impatient, random });
    const moving = async <T>(work: Promise<T>): Promise<T> => {
      let done = false;
      void work.then(
        () => (done = true),
        () => (done = true),
      );
      while (!done) await clock.advance(0);
      return work;
    };
    return { table, client, moving };
  };
  const stateOf = async (pk: string) => (await open().table.get(key(pk)))?.['state']?.S;

  it('replaces an item that is as assumed, and none that is not, is gone, or has what it should lack', async () => {
    const { table } = open();
    await table.put(item('replace', 'one', { mark: flag(true) }));
    expect(await table.replace(item('replace', 'two'), was('other'))).toBe(false);
    expect(await table.replace(item('replace', 'two'), { ...was('one'), lacks: ['mark'] })).toBe(false);
    expect(await stateOf('replace')).toBe('one');
    expect(await table.replace(item('replace', 'two'), { ...was('one'), lacks: ['other'] })).toBe(true);
    expect(await stateOf('replace')).toBe('two');
    expect(await table.replace(item('replace-gone', 'two'), was('one'))).toBe(false);
    expect(await stateOf('replace-gone')).toBeUndefined();
  });

  it('removes an item that is as assumed, and none that is not, is gone, or has what it should lack', async () => {
    const { table } = open();
    await table.put(item('remove', 'one', { mark: flag(true) }));
    expect(await table.remove(key('remove'), was('two'))).toBe(false);
    expect(await table.remove(key('remove'), { ...was('one'), lacks: ['mark'] })).toBe(false);
    expect(await stateOf('remove')).toBe('one');
    expect(await table.remove(key('remove'), was('one'))).toBe(true);
    expect(await stateOf('remove')).toBeUndefined();
    expect(await table.remove(key('remove'), was('one'))).toBe(false);
  });

  it('assumes several attributes at once', async () => {
    const { table } = open();
    await table.put(item('several', 'one', { owner: s('me') }));
    const assumed = (owner: string) => ({ equal: { state: s('one'), owner: s(owner) } });
    expect(await table.replace(item('several', 'two'), assumed('you'))).toBe(false);
    expect(await table.replace(item('several', 'two'), assumed('me'))).toBe(true);
  });

  it('lets one of many simultaneous replacements of one state win', async () => {
    const { table } = open();
    await table.put(item('race', 'start'));
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, writer) => table.replace(item('race', `by-${writer}`), was('start'))),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(await stateOf('race')).toBe(`by-${outcomes.indexOf(true)}`);
  });

  it('recognises its own replacement when the answer to it was lost', async () => {
    await open().table.put(item('lost', 'one'));
    const { table, client, moving } = open('lost', unanswered());
    expect(await moving(table.replace(item('lost', 'two'), was('one')))).toBe(true);
    expect(client.requests).toBe(3);
  });

  it("does not take another writer's equal replacement for its own after a lost request", async () => {
    const { table } = open();
    await table.put(item('other', 'one'));
    await table.replace(item('other', 'two'), was('one'));
    const late = open(unanswered());
    expect(await late.moving(late.table.replace(item('other', 'two'), was('one')))).toBe(false);
  });

  it('counts an item as removed that is gone when the answer to its removal was lost', async () => {
    await open().table.put(item('lost-removal', 'one'));
    const { table, client, moving } = open('lost');
    expect(await moving(table.remove(key('lost-removal'), was('one')))).toBe(true);
    expect(client.requests).toBe(2);
  });

  it('leaves alone what another writer put in place after a removal whose answer was lost', async () => {
    const { table: other } = open();
    await other.put(item('newcomer', 'one'));
    const { client } = engine();
    let first = true;
    const overtaken: DynamoDb['send'] = async (...asked) => {
      const answer = await client.send(...asked);
      if (!first) return answer;
      first = false;
      await other.put(item('newcomer', 'theirs'));
      throw unanswered();
    };
    const table = createTable({
      client: { send: overtaken },
      name: TABLE_NAMES.ControlTable,
      clock: { now: () => 0, monotonicMs: () => 0, after: (_, act) => (act(), () => undefined) },
      random,
    });
    expect(await table.remove(key('newcomer'), was('one'))).toBe(false);
    expect(await stateOf('newcomer')).toBe('theirs');
  });

  it('says what stands in the way of a new item, and nothing when it was written', async () => {
    const { table } = open();
    expect(await table.putNewOrFind(item('find', 'one'))).toBeNull();
    expect(await table.putNewOrFind(item('find', 'two'))).toMatchObject({ pk: s('find'), state: s('one') });
    const lost = open('lost');
    expect(await lost.moving(lost.table.putNewOrFind(item('find-lost', 'one')))).toBeNull();
  });

  it('appends to lists, one change after the other, and makes a list where there is none', async () => {
    const { table } = open();
    await table.put(item('append', 'one', { list: strings(['first']) }));
    const append = (text: string) => ({ append: { list: s(text), other: s(text) }, set: { state: s(text) } });
    expect(await table.update(key('append'), append('second'), { has: ['list'] })).toMatchObject({ applied: true });
    await Promise.all(['a', 'b', 'c'].map((text) => table.update(key('append'), append(text), { has: ['other'] })));
    const now = (await table.get(key('append'))) ?? {};
    expect(readStrings(now, 'list').slice(0, 2)).toEqual(['first', 'second']);
    expect(readStrings(now, 'list').slice(2).sort()).toEqual(['a', 'b', 'c']);
    expect(readStrings(now, 'other')).toEqual(readStrings(now, 'list').slice(1));
  });

  it('changes nothing that lacks what it should have', async () => {
    const { table } = open();
    await table.put(item('has', 'one'));
    const change = { set: { state: s('two') } };
    expect(await table.update(key('has'), change, { has: ['state', 'mark'] })).toMatchObject({ applied: false });
    expect(await table.update(key('has-gone'), change, { has: ['state'] })).toEqual({ applied: false, found: {} });
    expect(await stateOf('has')).toBe('one');
    expect(await table.update(key('has'), change, { has: ['state'] })).toMatchObject({ applied: true });
  });

  it.each(['replace', 'remove', 'putNewOrFind'] as const)(
    'rejects with store-unavailable when the store fails: %s',
    async (operation) => {
      const { table, moving } = open(...Array.from({ length: 3 }, () => answered(500, 'InternalServerError')));
      const work: Record<typeof operation, () => Promise<unknown>> = {
        replace: () => table.replace(item('down', 'two'), was('one')),
        remove: () => table.remove(key('down'), was('one')),
        putNewOrFind: () => table.putNewOrFind(item('down', 'one')),
      };
      await expect(moving(work[operation]())).rejects.toMatchObject({ code: 'store-unavailable' });
    },
  );
});
