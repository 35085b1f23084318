import { expect, it } from 'vitest';
import type { DynamoDb } from '../../lib/dynamodb/types.ts';
import { newErasure, type UserErasure } from '../../lib/end-users/erasures.ts';
import { createEraseBooks } from '../../lib/erasure/erase-books.ts';
import { bookedName, pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import { pico } from '../../lib/kernel/money.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { createDynamoDbUsageStore, partitionKey } from '../../lib/usage/dynamodb-store.ts';
import { createDynamoDbToolUsageStore } from '../../lib/usage/dynamodb-tool-store.ts';
import { createEraseLabels } from '../../lib/usage/erase-labels.ts';
import type { UsageRecord } from '../../lib/usage/record.ts';
import { createReports } from '../../lib/usage/reports/reports.ts';
import { createDynamoDbRollupStore } from '../../lib/usage/reports/rollups/dynamodb-rollup-store.ts';
import { createRollUps } from '../../lib/usage/reports/rollups/roll-up.ts';
import { HOUR_MS, startOfHour } from '../../lib/usage/reports/time-range.ts';
import { describeOnDynamoDb, type TestDynamoDb } from '../dynamodb.ts';
import { stepped } from '../dynamodb/stepped-client.ts';
import { textOfItem } from '../scan-tables.ts';
import { seededRandom } from '../seeded-random.ts';
import { size } from '../sizes.ts';
import { AT, record } from '../usage/records.ts';

/*
 * The cells of an hour are here a text of several parts. An erasure and a writer of rollups are two processes, each of which
 * the other meets before each of its requests, and each of which is killed there.
 */

const ADA = pseudonymOf('ada');
const BOB = pseudonymOf('bob');
const HOUR = startOfHour(AT);
const ASKED_AT = AT + 3 * HOUR_MS;
/** 16 pairs of 512 characters: what a caller may send. */
const metadata = (word: string) =>
  Object.fromEntries(Array.from({ length: 16 }, (_, at) => [`${word}-${at}`, `${word} `.repeat(85).slice(0, 500)]));

const SHARES = ['canary', 'bobs', 'free', 'free'];
const RECORDS = 84;
const booked = (tenantId: string): UsageRecord[] =>
  Array.from({ length: RECORDS }, (_, nth) => {
    const word = SHARES[nth % SHARES.length] ?? '';
    const userId = { canary: bookedName(ADA), bobs: bookedName(BOB) }[word] ?? null;
    const labels = { sessionId: `${word}-session-${nth}`, metadata: metadata(`${word}-${nth}`) };
    const runId = `run_${100 + nth}`;
    return record({ tenantId, runId, attemptId: `${runId}:1:1`, userId, labels, cost: pico(1_000n + BigInt(nth)) });
  });

let tenants = 0;

/** The books of a tenant, and processes that work on them. */
const open = async (engine: TestDynamoDb) => {
  const tenant = newTenant(`parts-${(tenants += 1)}`, HOUR);
  const { tenantId } = tenant;
  const process = (client: DynamoDb = engine.client) => {
    const ledger = engine.table('LedgerTable', client);
    const usage = createDynamoDbUsageStore(ledger);
    const tools = createDynamoDbToolUsageStore(ledger);
    const rollups = createDynamoDbRollupStore(ledger, seededRandom((tenants += 1)));
    const rollUps = createRollUps({ usage, tools, rollups, settledAfterMs: 0 });
    const erase = createEraseBooks({
      tenants: { find: async () => tenant },
      rollups,
      rewrite: (...asked) => rollUps.rewrite(...asked),
      eraseLabels: createEraseLabels(ledger),
      openNotes: async () => ({ async *list() {} }),
      parking: { list: async () => new Map() },
    });
    const reports = createReports({ usage, tools, rollups });
    const range = { from: HOUR, to: ASKED_AT };
    return {
      usage,
      roll: () => rollUps.rollUp({ ...tenant, now: ASKED_AT }),
      rewrite: () => rollUps.rewrite(tenantId, HOUR),
      cells: async () => (await Array.fromAsync(rollups.inRange(tenantId, 'cell', range)))[0]?.groups ?? [],
      report: (by: 'day' | 'user' | 'session') => reports.usage(tenant, range, [by], ASKED_AT),
      erase: async (user: typeof ADA, change: Partial<UserErasure> = {}) => {
        const erasure = { ...newErasure(tenantId, user, ASKED_AT), part: 'books' as const, ...change };
        expect(await erase(erasure, () => false)).toMatchObject({ isDone: true });
      },
    };
  };
  const own = process();
  await Promise.all(booked(tenantId).map((each) => own.usage.add(each)));
  const rollup = (dimension: string) => `rollup#${tenantId}#${dimension}`;
  const itemsOf = (pk: string) => Array.fromAsync(engine.table('LedgerTable').query(pk, ''));
  const told = async () => {
    const items = await Promise.all([partitionKey(tenantId, HOUR), ...['user', 'cell'].map(rollup)].map(itemsOf));
    const tells = items.flat().filter((item) => textOfItem(item).includes('canary'));
    return tells.map((item) => `${item['pk']?.S} ${item['sk']?.S}`);
  };
  const parts = async () => (await itemsOf(rollup('cell'))).length;
  return { tenantId, process, own, told, parts, last: () => own.erase(ADA, { isLast: true }) };
};
type Books = Awaited<ReturnType<typeof open>>;
type Process = ReturnType<Books['process']>;

/** Who writes rollups beside the erasure: what stands before, and what it does. */
const WRITERS: readonly (readonly [
  string,
  {
    readonly before: (books: Books) => Promise<unknown>;
    readonly write: (process: Process, books: Books) => Promise<unknown>;
  },
])[] = [
  ['the first roll-up', { before: async () => undefined, write: ({ roll }) => roll() }],
  [
    'a late record',
    {
      before: ({ own }) => own.roll(),
      async write({ usage, rewrite }, { tenantId }) {
        await usage.add(record({ tenantId, runId: 'run_200', attemptId: 'run_200:1:1', cost: pico(7n) }));
        await rewrite();
      },
    },
  ],
  ['the erasure of another user', { before: ({ own }) => own.roll(), write: ({ erase }) => erase(BOB) }],
];

/** Of the places where it may be met: all, or some at a small size, the first and the last among them. */
const placesOf = (count: number): number[] => {
  const some = size(4, count);
  return [...new Set(Array.from({ length: some }, (_, at) => 1 + Math.round((at * (count - 1)) / (some - 1))))];
};

const wholesOf = () => {
  const seen: string[] = [];
  return {
    seen,
    /** What a reader gets at any moment is what some writer wrote as a whole. */
    look: async ({ own }: Books) => {
      const cells = await own.cells();
      if (cells.length > 0) seen.push(JSON.stringify(cells));
    },
  };
};

describeOnDynamoDb('a rollup of several parts', (engine) => {
  const sums = async ({ own }: Books) => {
    const [days, sessions] = [await own.report('day'), await own.report('session')];
    return { days: [...days.values()].map(({ cost }) => cost), free: sessions.get('free-session-3')?.cost };
  };

  it.each(WRITERS)(
    'tells nothing of an erased user, wherever the erasure met %s',
    async (_title, { before, write }) => {
      const alone = await open(engine());
      await before(alone);
      const counting = stepped(engine().client, async () => undefined);
      await write(alone.process(counting), alone);
      expect(await alone.parts()).toBeGreaterThan(1);
      const expected = await sums(alone);

      for (const isKilled of [false, true])
        for (const place of placesOf(counting.steps)) {
          const books = await open(engine());
          await before(books);
          const client = stepped(engine().client, async (nth) => {
            if (nth !== place) return undefined;
            await books.own.erase(ADA);
            return isKilled ? 'killed' : undefined;
          });
          await Promise.race([write(books.process(client), books), client.killed]);
          const title = `${isKilled ? 'killed' : 'met'} at ${place} of ${counting.steps}`;
          if (!isKilled) expect(await books.told(), title).toEqual([]);
          await books.last();
          expect(await books.told(), title).toEqual([]);
          // What somebody was killed in is begun again.
          if (isKilled) await write(books.own, books);
          expect(await books.told(), title).toEqual([]);
          expect(await sums(books), title).toEqual(expected);
        }
    },
  );

  it.each(WRITERS)('tells nothing of a user whose erasure was killed anywhere, beside %s', async (_title, writer) => {
    const alone = await open(engine());
    await alone.own.roll();
    const counting = stepped(engine().client, async () => undefined);
    await alone.process(counting).erase(ADA);
    for (const place of placesOf(counting.steps)) {
      const books = await open(engine());
      await writer.before(books);
      const client = stepped(engine().client, async (nth) => {
        if (nth !== place) return undefined;
        await writer.write(books.own, books);
        return 'killed';
      });
      await Promise.race([books.process(client).erase(ADA), client.killed]);
      // It is taken up again where it was noted last, which may be its beginning.
      await books.own.erase(ADA);
      await books.last();
      expect(await books.told(), `killed at ${place} of ${counting.steps}`).toEqual([]);
    }
  });

  it('is read as it was or as it is, never a mixture, whatever is written meanwhile', async () => {
    const first = await open(engine());
    await first.own.roll();
    const { seen, look } = wholesOf();
    await look(first);
    const looking = stepped(engine().client, () => look(first));
    await first.process(looking).erase(ADA);
    await look(first);
    expect(looking.steps).toBeGreaterThan(10);
    const [old, next] = [seen[0], seen.at(-1)];
    expect(next).not.toBe(old);
    expect(new Set(seen)).toEqual(new Set([old, next]));

    // A reader that is met between its pages, each of which has one item.
    const paged = (client: DynamoDb): DynamoDb => ({
      send: (operation, input, signal) =>
        client.send(operation, operation === 'Query' ? { ...input, Limit: 1 } : input, signal),
    });
    const places: string[] = [];
    for (let place = 1, steps = 1; place <= steps; place += 1) {
      const books = await open(engine());
      await books.own.roll();
      const reader = stepped(engine().client, async (nth) => {
        if (nth === place) await books.own.erase(ADA);
      });
      const read = JSON.stringify(await books.process(paged(reader)).cells());
      steps = Math.max(steps, reader.steps);
      expect([old, next], `met at ${place} of ${steps}`).toContain(read);
      places.push(read === old ? 'old' : 'new');
    }
    expect(new Set(places)).toEqual(new Set(['old', 'new']));
  });
});
