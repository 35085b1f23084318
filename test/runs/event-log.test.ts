import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { keyOf } from '../../lib/dynamodb/attributes.ts';
import { createEventLog, type EventLog } from '../../lib/runs/event-log.ts';
import { entryKey, type LogEntry, type NewEntry, type RunEvent } from '../../lib/runs/log-entry.ts';
import type { RunKey } from '../../lib/runs/run-key.ts';
import { describeOnDynamoDb, TABLE_NAMES } from '../dynamodb.ts';
import { type Fault, unanswered } from '../dynamodb/faulty-client.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { countedTable, noise } from './counted-table.ts';

const RETENTION_MS = 37 * 24 * 3_600_000;

/** By the clock of each test, which stands still. */
const writtenAt = createFakeClock().now();

const run = (runId: string): RunKey => ({ tenantId: 'acme', runId });

const events = (count: number, text = 'Grüße 🌍 \u0000 \ud800'): RunEvent[] =>
  Array.from({ length: count }, () => ({ event: 'text.delta', data: { text } }));

const entry = (first: number, change: Partial<NewEntry> = {}): NewEntry => ({
  first,
  writer: 1,
  events: events(1),
  state: null,
  last: false,
  ...change,
});

const all = async (entries: AsyncIterable<LogEntry>): Promise<LogEntry[]> => {
  const read: LogEntry[] = [];
  for await (const one of entries) read.push(one);
  return read;
};

const idsOf = (entries: readonly LogEntry[]): number[] =>
  entries.flatMap(({ first, events }) => events.map((_, at) => first + at));

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);

/** What a new worker does: it takes the place after the newest entry, and with it its number. */
const begin = async (log: EventLog, of: RunKey): Promise<number | null> => {
  const tail = await log.tail(of);
  const first = tail === null ? 1 : tail.first + tail.count;
  const { written } = await log.append(of, entry(first, { writer: first }));
  return written ? first : null;
};

describeOnDynamoDb('the event log', (engine) => {
  const open = (...faults: Fault[]) => {
    const counted = countedTable(engine(), ...faults);
    const clock = createFakeClock();
    return { ...counted, log: createEventLog({ table: counted.table, clock, retentionMs: RETENTION_MS }), clock };
  };

  /** A log of entries with so many events each. */
  const filled = async (runId: string, counts: readonly number[]) => {
    const opened = open();
    let first = 1;
    for (const count of counts) {
      await opened.log.append(run(runId), entry(first, { events: events(count) }));
      first += count;
    }
    opened.operations();
    return opened;
  };

  it('gives entries back as they were written, by one write and one read', async () => {
    const { log, operations } = open();
    expect(await log.tail(run('run_whole'))).toBeNull();
    expect(operations()).toEqual(['Query']);
    const first = entry(1, { events: events(2), state: { text: 'so far', nested: [1, null] } });
    expect(await log.append(run('run_whole'), first)).toEqual({ written: true });
    expect(operations()).toEqual(['PutItem']);
    expect(await log.tail(run('run_whole'))).toEqual({ ...first, count: 2, writtenAt });
    const end = entry(3, { events: [{ event: 'run.succeeded', data: { output: 'x' } }], last: true });
    await log.append(run('run_whole'), end);
    expect(await log.tail(run('run_whole'))).toEqual({ ...end, count: 1, writtenAt });
    expect(await all(log.read(run('run_whole'), 0))).toEqual([
      { ...first, count: 2, writtenAt },
      { ...end, count: 1, writtenAt },
    ]);
  });

  it('has one winner of ten workers that begin at once, although all have the same number', async () => {
    const { log } = open();
    for (const place of upTo(5)) {
      expect((await log.tail(run('run_fence')))?.first ?? 0).toBe(place - 1);
      const begun = await Promise.all(
        upTo(10).map(() => log.append(run('run_fence'), entry(place, { writer: place }))),
      );
      expect(begun.filter(({ written }) => written)).toHaveLength(1);
    }
  });

  it('tells a stale worker who has its place, and takes nothing from it again', async () => {
    const { log } = open();
    const old = await begin(log, run('run_stale'));
    await log.append(run('run_stale'), entry(2));
    const next = await begin(log, run('run_stale'));
    expect([old, next]).toEqual([1, 3]);
    const refused = await log.append(run('run_stale'), entry(3, { events: events(4) }));
    expect(refused).toMatchObject({ written: false, found: { first: 3, writer: 3, count: 1 } });
    expect(idsOf(await all(log.read(run('run_stale'), 0)))).toEqual([1, 2, 3]);
  });

  it('takes the same entry of the same writer as written, whoever lost the answer to it', async () => {
    const { log } = open();
    await log.append(run('run_same'), entry(1));
    const again = () => entry(2, { events: events(3), state: { a: 1 } });
    expect(await log.append(run('run_same'), again())).toEqual({ written: true });
    expect(await log.append(run('run_same'), again())).toEqual({ written: true });
    const others: Partial<NewEntry>[] = [{ events: events(2) }, { state: { a: 2 } }, { last: true }, { writer: 2 }];
    for (const other of others) {
      const appended = await log.append(run('run_same'), { ...again(), ...other });
      expect(appended).toEqual({ written: false, found: { ...again(), count: 3, writtenAt } });
    }
  });

  it('knows its own first entry after a lost answer, and no equal one of another', async () => {
    const { log, operations } = open('lost');
    expect(await begin(open().log, run('run_other'))).toBe(1);
    expect(await log.append(run('run_lost'), entry(1))).toEqual({ written: true });
    expect(operations()).toEqual(['PutItem']);
    const { log: late } = open(unanswered());
    expect(await late.append(run('run_other'), entry(1))).toMatchObject({ written: false });
  });

  it.each([
    [0, [1, 3, 4, 9]],
    [1, [1, 3, 4, 9]],
    [2, [3, 4, 9]],
    [3, [4, 9]],
    [6, [4, 9]],
    [8, [9]],
    [10, []],
    [99, []],
  ])('begins after the event %i with the entries %j', async (after, firsts) => {
    const { log } = await filled(`run_after_${after}`, [2, 1, 5, 2]);
    expect((await all(log.read(run(`run_after_${after}`), after))).map(({ first }) => first)).toEqual(firsts);
  });

  it('asks once where there is nothing new, once for a whole log, and else twice', async () => {
    const { log, operations } = await filled('run_costs', [1, 2, 3]);
    const cost = async (after: number) => {
      await all(log.read(run('run_costs'), after));
      return operations();
    };
    expect(await cost(6)).toEqual(['Query']);
    expect(await cost(0)).toEqual(['Query']);
    expect(await cost(2)).toEqual(['Query', 'Query']);
    await log.append(run('run_costs'), entry(7, { last: true }));
    operations();
    expect(await cost(6)).toEqual(['Query']);
    await all(log.read(run('run_unknown'), 0));
    expect(operations()).toEqual(['Query']);
  });

  it('reads megabytes of entries that are each too large for an item', async () => {
    const { log } = open();
    const large = (first: number) => entry(first, { events: events(1, noise(900_000)), state: { first } });
    for (const first of [1, 2, 3]) expect(await log.append(run('run_large'), large(first))).toEqual({ written: true });
    expect(await log.append(run('run_large'), large(3))).toEqual({ written: true });
    expect(await log.tail(run('run_large'))).toEqual({ ...large(3), count: 1, writtenAt });
    expect(await all(log.read(run('run_large'), 1))).toEqual(
      [2, 3].map((first) => ({ ...large(first), count: 1, writtenAt })),
    );
  });

  it('never shows a gap to who reads while others write, and shows all in the end', async () => {
    const { log } = open();
    const random = seededRandom(5);
    const total = 400;
    let written = 0;
    const write = async () => {
      while (written < total) {
        const count = Math.min(1 + Math.floor(random() * 6), total - written);
        await log.append(run('run_watched'), entry(written + 1, { events: events(count, noise(3_000)) }));
        written += count;
      }
    };
    const watch = async () => {
      const seen: number[] = [];
      while (seen.length < total) {
        const after = seen.length;
        seen.push(...idsOf(await all(log.read(run('run_watched'), after))).filter((id) => id > after));
      }
      return seen;
    };
    const [, ...watched] = await Promise.all([write(), ...upTo(4).map(watch)]);
    for (const seen of watched) expect(seen).toEqual(upTo(total));
  });

  it('stops before an entry that is not there yet', async () => {
    const { log } = await filled('run_hole', [1, 1, 1, 1]);
    const Key = keyOf(entryKey(run('run_hole'), 3));
    await engine().sdk.send(new DeleteItemCommand({ TableName: TABLE_NAMES.RunsTable, Key }));
    expect(idsOf(await all(log.read(run('run_hole'), 0)))).toEqual([1, 2]);
    expect(idsOf(await all(log.read(run('run_hole'), 1)))).toEqual([2]);
    expect(idsOf(await all(log.read(run('run_hole'), 2)))).toEqual([]);
  });

  it('keeps an entry for its time, and hides it from another tenant and from a run whose id begins alike', async () => {
    const { log, table, clock } = await filled('run_a', [1]);
    const item = await table.get(entryKey(run('run_a'), 1));
    expect(item?.['expiresAt']).toEqual({ N: String(Math.ceil((clock.now() + RETENTION_MS) / 1000)) });
    expect(await log.tail({ tenantId: 'other', runId: 'run_a' })).toBeNull();
    expect(await log.tail(run('run_'))).toBeNull();
  });

  it.each([
    ['without events', { events: [] }],
    ['before its own worker', { writer: 3 }],
    ['of no worker', { writer: 0 }],
  ])('refuses an entry %s', async (_title, change) => {
    await expect(open().log.append(run('run_wrong'), entry(2, change))).rejects.toMatchObject({ code: 'internal' });
  });
});
