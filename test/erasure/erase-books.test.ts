import { expect, it } from 'vitest';
import type { WaitingAttempt } from '../../lib/accounts/parking.ts';
import { newErasure, type UserErasure } from '../../lib/end-users/erasures.ts';
import { createEraseBooks } from '../../lib/erasure/erase-books.ts';
import { bookedName, pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import { pico } from '../../lib/kernel/money.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { createDynamoDbUsageStore } from '../../lib/usage/dynamodb-store.ts';
import { createDynamoDbToolUsageStore } from '../../lib/usage/dynamodb-tool-store.ts';
import { createEraseLabels } from '../../lib/usage/erase-labels.ts';
import type { UsageRecord } from '../../lib/usage/record.ts';
import type { Grouping } from '../../lib/usage/reports/cells.ts';
import { totalOf } from '../../lib/usage/reports/measure.ts';
import { createReports } from '../../lib/usage/reports/reports.ts';
import { createDynamoDbRollupStore } from '../../lib/usage/reports/rollups/dynamodb-rollup-store.ts';
import { createMemoryRollupStore } from '../../lib/usage/reports/rollups/memory-rollup-store.ts';
import { createRollUps } from '../../lib/usage/reports/rollups/roll-up.ts';
import { HOUR_MS, startOfHour } from '../../lib/usage/reports/time-range.ts';
import { TOTALS } from '../../lib/usage/reports/totals.ts';
import { reservationOf } from '../budget/parts.ts';
import { describeOnDynamoDb, type TestDynamoDb } from '../dynamodb.ts';
import { scanTables } from '../scan-tables.ts';
import { seededRandom } from '../seeded-random.ts';
import { AT, record } from '../usage/records.ts';

const NAME = 'canary-ada@example.org';
const ADA = pseudonymOf(NAME);
const BOOKED = bookedName(ADA);
const LABELS = { sessionId: 'canary-session', metadata: { team: 'canary-team' } };

let tenants = 0;

/** None was noted. */
const notes = { async *list() {} };
/** What waits to be booked. */
const parked = new Map<string, WaitingAttempt[]>();

/** Books over three hours, two of them rolled up: of the user in both forms, with and without labels, and of another. */
const booked = async (engine: TestDynamoDb) => {
  const tenantId = `books-${(tenants += 1)}`;
  const ledger = engine.table('LedgerTable');
  const usage = createDynamoDbUsageStore(ledger);
  const tools = createDynamoDbToolUsageStore(ledger);
  const rollups = createDynamoDbRollupStore(ledger, seededRandom(4));
  const rollUps = createRollUps({ usage, tools, rollups, settledAfterMs: 0 });
  const records: Partial<UsageRecord>[] = [
    { userId: NAME, labels: LABELS },
    { userId: BOOKED, labels: LABELS },
    { userId: BOOKED },
    { userId: 'bob', labels: { sessionId: 'free', metadata: { team: 'red' } } },
    { userId: null, labels: { sessionId: null, metadata: { team: 'red' } } },
  ];
  for (const hours of [30, 3, 0])
    for (const [nth, change] of records.entries()) {
      const runId = `run_${hours}${nth}`;
      const at = AT - hours * HOUR_MS;
      const cost = pico(BigInt(1_000_003 * (nth + 1) + hours));
      await usage.add(record({ tenantId, runId, attemptId: `${runId}:1:1`, at, cost, ...change }));
    }
  // Since the request, by the user who came back.
  await usage.add(
    record({
      tenantId,
      runId: 'run_new',
      attemptId: 'run_new:1:1',
      at: AT + 60_000,
      userId: BOOKED,
      labels: { sessionId: 'new', metadata: {} },
    }),
  );
  const tenant = { ...newTenant(tenantId, AT - 48 * HOUR_MS) };
  await rollUps.rollUp({ tenantId, createdAt: tenant.createdAt, now: AT });
  const erase = createEraseBooks({
    tenants: { find: async (id) => (id === tenantId ? tenant : null) },
    rollups,
    rewrite: (...asked) => rollUps.rewrite(...asked),
    eraseLabels: createEraseLabels(ledger),
    openNotes: async () => notes,
    parking: { list: async () => parked },
  });
  const reports = createReports({ usage, tools, rollups });
  const range = { from: AT - 72 * HOUR_MS, to: AT + HOUR_MS };
  const by = async (...grouping: Grouping) => reports.usage(tenant, range, grouping, AT + 120_000);
  const told = async () =>
    (await scanTables(engine.sdk))
      .filter(({ pk, text }) => pk.includes(tenantId) && text.includes('canary'))
      .map(({ pk }) => pk.split('#')[0]);
  return { tenantId, erase, by, told };
};

/** Until it is done, however often it is broken off. */
const toItsEnd = async (
  erase: Awaited<ReturnType<typeof booked>>['erase'],
  erasure: UserErasure,
  isOver: () => boolean,
) => {
  let slices = 1;
  for (let at = await erase(erasure, isOver); !at.isDone; slices += 1) at = await erase(at.erasure, isOver);
  return slices;
};

describeOnDynamoDb('the books of an erased user', (engine) => {
  it.each([
    ['at once', () => false],
    [
      'hour by hour, broken off in between',
      (() => {
        let looks = 0;
        return () => (looks += 1) % 2 === 0;
      })(),
    ],
  ])('lose the name, sessions and metadata, and no amount: %s', async (_title, isOver) => {
    const { tenantId, erase, by, told } = await booked(engine());
    expect(new Set(await told())).toEqual(new Set(['usage', 'rollup']));
    const [total, days, users, teams] = [await by('day'), await by('day'), await by('user'), await by('metadata.team')];
    await toItsEnd(erase, newErasure(tenantId, ADA, AT), isOver);
    expect(await told()).toEqual([]);
    expect(await by('day')).toEqual(days);
    expect(totalOf(await by('user'), TOTALS)).toEqual(totalOf(total, TOTALS));
    const after = await by('user');
    expect([...after.keys()].toSorted()).toEqual(['', 'bob', BOOKED]);
    expect(after.get(BOOKED)).toEqual(TOTALS.plus(users.get(NAME) ?? TOTALS.zero, users.get(BOOKED) ?? TOTALS.zero));
    expect(after.get('bob')).toEqual(users.get('bob'));
    expect((await by('metadata.team')).get('red')).toEqual(teams.get('red'));
    // What the user has begun since keeps its session.
    expect([...(await by('session')).keys()].toSorted()).toEqual(['', 'free', 'new']);
  });

  it('are read in an hour of too many cells, whose rollups do not tell, and summed up anew only where they say more', async () => {
    const { tenantId } = await booked(engine());
    const rollups = createMemoryRollupStore();
    const hour = startOfHour(AT - 3 * HOUR_MS);
    await rollups.put(tenantId, 'user', { hour, records: 7, groups: [[BOOKED, []]] }, null);
    await rollups.put(tenantId, 'cell', { hour, records: 0, groups: [] }, null);
    await rollups.raise(tenantId, AT + 24 * HOUR_MS);
    const done: string[] = [];
    let changed = 2;
    const erase = createEraseBooks({
      tenants: { find: async () => newTenant(tenantId, hour) },
      rollups,
      rewrite: async (_tenantId, at) => void done.push(`rewritten ${at - hour}`),
      async eraseLabels(asked) {
        done.push(`read ${asked.hour - hour}`);
        return changed;
      },
      openNotes: async () => notes,
      parking: { list: async () => parked },
    });
    await erase(newErasure(tenantId, ADA, AT), () => false);
    changed = 0;
    await erase(newErasure(tenantId, ADA, AT), () => false);
    expect(done).toEqual(['read 0', 'rewritten 0', 'read 0']);
  });

  it('are gone through again where usage of the user waits to be booked', async () => {
    const { tenantId, erase } = await booked(engine());
    const isLeft = async () => (await erase(newErasure(tenantId, ADA, AT), () => false)).erasure.isLeft;
    const waits = (change: Partial<UsageRecord>) => {
      parked.set(tenantId, [{ reservation: reservationOf(tenantId), record: record({ tenantId, ...change }) }]);
    };
    expect(await isLeft()).toBe(false);
    waits({ userId: BOOKED, labels: LABELS });
    expect(await isLeft()).toBe(true);
    waits({ userId: NAME });
    expect(await isLeft()).toBe(true);
    waits({ userId: 'bob' });
    expect(await isLeft()).toBe(false);
    waits({ userId: null });
    expect(await isLeft()).toBe(false);
  });

  it('are not touched where nothing is to be erased, nor of a tenant that is gone', async () => {
    const { tenantId, erase, by } = await booked(engine());
    const before = await by('user', 'session');
    await toItsEnd(erase, newErasure(tenantId, pseudonymOf('nobody'), AT), () => false);
    expect(await by('user', 'session')).toEqual(before);
    expect(await erase(newErasure('gone', ADA, AT), () => false)).toMatchObject({ isDone: true });
  });
});
