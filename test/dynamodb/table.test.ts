import { expect, it } from 'vitest';
import { type Item, n, s } from '../../lib/dynamodb/attributes.ts';
import { insertAll } from '../../lib/dynamodb/insert.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import { describeOnDynamoDb, TABLE_NAMES } from '../dynamodb.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { answered, type Fault, faulty, unanswered } from './faulty-client.ts';

const item = (pk: string, value = 'first'): Item => ({ pk: s(pk), sk: s('a'), value: s(value) });

/** Lets the pauses between attempts pass, until the work is done. */
const patiently = async <T>(clock: FakeClock, work: Promise<T>): Promise<T> => {
  let done = false;
  const finished = work.finally(() => (done = true));
  finished.catch(() => undefined);
  while (!done) {
    await clock.advance(25);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return finished;
};

describeOnDynamoDb('a table', (engine) => {
  // One for all: two tables with one seed would mark their writes alike.
  const random = seededRandom(3);
  const open = (...faults: Fault[]) => {
    const client = faulty(engine().client, faults);
    const clock = createFakeClock();
    return {
      client,
      clock,
      table: createTable({ client, name: TABLE_NAMES.ControlTable, clock, random }),
    };
  };

  it('recognises its own write when the answer to it was lost', async () => {
    const { client, clock, table } = open('lost');
    expect(await patiently(clock, table.putNew(item('lost-once')))).toBe(true);
    expect(client.requests).toBe(2);
  });

  it('recognises its own write after two lost answers', async () => {
    const { clock, table } = open('lost', 'lost');
    expect(await patiently(clock, table.putNew(item('lost-twice')))).toBe(true);
  });

  it("does not take another writer's equal item for its own after a lost request", async () => {
    await open().table.putNew(item('taken'));
    const { clock, table } = open(unanswered());
    expect(await patiently(clock, table.putNew(item('taken')))).toBe(false);
  });

  it('inserts several new items at once, of every type, and tells what became of each', async () => {
    const { table, client } = open();
    const all: Item = {
      pk: s('insert'),
      sk: s('b'),
      text: s("it's a 'quoted' \"text\" ? 🦉"),
      "odd 'name'": n(-12345678901234567890123456789012345678n),
      bytes: { B: new Uint8Array([0, 255, 7]) },
      list: { L: [s('x'), { M: { deep: { BOOL: true } } }] },
      nothing: { NULL: true },
    };
    await table.putNew(item('insert', 'before'));
    const before = client.requests;
    const inserted = await insertAll({ client, name: TABLE_NAMES.ControlTable }, [
      item('insert'),
      all,
      item('insert-2'),
    ]);
    expect(inserted.map(({ state }) => state)).toEqual(['taken', 'written', 'written']);
    expect(client.requests).toBe(before + 1);
    const found = await table.get({ pk: 'insert', sk: 'b' });
    expect({ ...found, bytes: { B: new Uint8Array(found?.['bytes']?.B ?? []) } }).toMatchObject(all);
    expect((await table.get({ pk: 'insert', sk: 'a' }))?.['value']).toEqual(s('before'));
    expect(await insertAll({ client, name: TABLE_NAMES.ControlTable }, [item('insert-2')])).toMatchObject([
      { state: 'taken', found: item('insert-2') },
    ]);
    expect(await insertAll({ client, name: TABLE_NAMES.ControlTable }, [item('insert-3')])).toEqual([
      { state: 'written' },
    ]);
    expect(await insertAll({ client, name: TABLE_NAMES.ControlTable }, [])).toEqual([]);
  });

  it('says no at once where the key is taken, without a second request', async () => {
    await open().table.putNew(item('no'));
    const { client, table } = open();
    expect(await table.putNew(item('no', 'second'))).toBe(false);
    expect(client.requests).toBe(1);
    expect((await table.get({ pk: 'no', sk: 'a' }))?.['value']).toEqual(s('first'));
  });

  it('says no to an item that was put without a mark of its own', async () => {
    await open().table.put(item('plain'));
    const { clock, table } = open(unanswered());
    expect(await patiently(clock, table.putNew(item('plain')))).toBe(false);
  });

  it('replaces an item whose time to live has passed, to the second', async () => {
    const { table } = open();
    await table.putNew({ ...item('expiring'), expiresAt: n(1_000) });
    expect(await table.putNew(item('expiring', 'early'), { expiredBy: 999_999 })).toBe(false);
    expect(await table.putNew(item('expiring', 'due'), { expiredBy: 1_000_000 })).toBe(true);
    expect(await table.putNew(item('expiring', 'again'), { expiredBy: 2_000_000 })).toBe(false);
  });

  it('repeats a read that was throttled, failed or was not answered', async () => {
    await open().table.put(item('read'));
    const { client, clock, table } = open(answered(400, 'ThrottlingException'), answered(500, 'InternalServerError'));
    expect(await patiently(clock, table.get({ pk: 'read', sk: 'a' }))).toMatchObject({ value: s('first') });
    expect(client.requests).toBe(3);
  });

  it('gives up after three attempts with store-unavailable, a time to come back and the cause', async () => {
    const last = answered(503, 'ServiceUnavailable');
    const { client, clock, table } = open(unanswered(), unanswered(), last);
    const failure = patiently(clock, table.get({ pk: 'down', sk: 'a' }));
    await expect(failure).rejects.toMatchObject({ code: 'store-unavailable', retryAfterMs: 1_000, cause: last });
    expect(client.requests).toBe(3);
  });

  it.each([
    answered(400, 'ValidationException'),
    answered(400, 'ResourceNotFoundException'),
    answered(403, 'AccessDeniedException'),
    Object.assign(new Error('no credentials'), { name: 'CredentialsProviderError' }),
  ])('does not repeat what cannot pass by itself: $name', async (fault) => {
    const { client, table } = open(fault);
    await expect(table.put(item('refused'))).rejects.toMatchObject({ code: 'store-unavailable', cause: fault });
    expect(client.requests).toBe(1);
  });

  it('sends nothing for a caller that has gone', async () => {
    const { client, table } = open();
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(table.get({ pk: 'x', sk: 'a' }, { signal })).rejects.toMatchObject({ code: 'store-unavailable' });
    await expect(table.putNew(item('x'), { signal })).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(client.requests).toBe(0);
  });

  it('stops waiting for another attempt when the caller goes, and leaves no timer', async () => {
    const { client, clock, table } = open(unanswered());
    const caller = new AbortController();
    const read = table.get({ pk: 'x', sk: 'a' }, { signal: caller.signal });
    read.catch(() => undefined);
    await clock.advance(0);
    expect(clock.pending).toBe(1);
    caller.abort();
    await expect(read).rejects.toMatchObject({ code: 'store-unavailable' });
    expect([client.requests, clock.pending]).toEqual([1, 0]);
  });

  it('queries a partition by prefix, in order, over as many pages as it takes', async () => {
    const { table } = open();
    const filler = s('x'.repeat(300_000));
    const names = ['b#1', 'b#2', 'b#3', 'b#4', 'b#5', 'b#6', 'c'];
    for (const sk of [...names].reverse()) await table.put({ pk: s('pages'), sk: s(sk), filler });
    const found = async (prefix: string) => {
      const keys: (string | undefined)[] = [];
      for await (const { sk } of table.query('pages', prefix)) keys.push(sk?.S);
      return keys;
    };
    expect(await found('b#')).toEqual(names.slice(0, 6));
    expect(await found('')).toEqual(names);
    expect(await found('d')).toEqual([]);
  });
});
