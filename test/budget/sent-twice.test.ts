import { describe, expect, it } from 'vitest';
import type { Account } from '../../lib/budget/account.ts';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { createDynamoDbBudgetStore } from '../../lib/budget/dynamodb-store.ts';
import type { Reservation } from '../../lib/budget/reservation.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import type { DynamoDb } from '../../lib/dynamodb/types.ts';
import { pico, ZERO } from '../../lib/kernel/money.ts';
import { describeOnDynamoDb, TABLE_NAMES } from '../dynamodb.ts';
import { answered, unanswered } from '../dynamodb/faulty-client.ts';
import { seededRandom } from '../seeded-random.ts';
import { createSimulatedDynamoDb } from '../simulated-dynamodb.ts';
import { accountsOf, AMOUNT, askedOf, MONTH, NOW, promptClock, reservationOf } from './parts.ts';

const MAX_OPEN = 2;
const SCOPES = ['tenant', 'key', 'user'] as const;
const NONE = { day: null, month: null };
const FITS = { day: pico(3n * AMOUNT), month: null };
const ONE = { day: AMOUNT, month: null };

/** Before which write of the give-back the first copy arrives, counted from zero over all accounts. */
const ARRIVALS = [0, 1, 2, 3, 4, 5, 6, 99];
const WHYS = ['crowded', 'spent', 'throttled'] as const;
const CASES = SCOPES.flatMap((scope) => WHYS.flatMap((why) => ARRIVALS.map((arrives) => ({ scope, why, arrives }))));

const suite = (clientOf: () => DynamoDb) => {
  it.each(CASES)(
    'by the $scope ($why), whose first copy arrives late (before write $arrives), is held by nobody',
    async ({ scope, why, arrives }) => {
      const tenantId = `twice-${scope}-${why}-${arrives}`;
      const limitsOf = (of: string) => (of !== scope ? FITS : why === 'spent' ? ONE : FITS);
      const { tenant, key, user } = accountsOf(tenantId, {
        tenant: limitsOf('tenant'),
        key: limitsOf('key'),
        user: limitsOf('user'),
      });
      const accounts = { tenant, key, user };
      const hit = accounts[scope];
      const engine = clientOf();
      const open = (through: DynamoDb) => {
        const random = seededRandom(3);
        const table = createTable({ client: through, name: TABLE_NAMES.LedgerTable, clock: promptClock, random });
        return createDynamoDbBudgetStore(table, { maxOpen: MAX_OPEN });
      };
      const clean = open(engine);
      const before = Array.from({ length: why === 'throttled' ? 0 : why === 'spent' ? 1 : MAX_OPEN }, (_, at) =>
        reservationOf(tenantId, { attemptId: `run_before-${at}:1:1` }),
      );
      for (const each of before) expect((await clean.reserve({ ...hit, limits: NONE }, each)).reserved).toBe(true);

      let late: (() => Promise<unknown>) | null = null;
      const arrive = async () => {
        const sending = late;
        late = null;
        await sending?.().catch(() => undefined);
      };
      let sends = 0;
      let after = -1;
      const sendOwn = async (send: () => Promise<unknown>) => {
        sends += 1;
        if (sends === 1) {
          late = send;
          throw unanswered();
        }
        try {
          if (why === 'throttled') throw answered(400, 'ProvisionedThroughputExceededException');
          return await send();
        } finally {
          after = 0;
          // There is room again when the first copy arrives, so that only what was left behind can refuse it.
          for (const each of before) await clean.settle(hit, each, ZERO);
        }
      };
      const client: DynamoDb = {
        async send(...asked) {
          const send = () => engine.send(...asked);
          if (after < 0 && isOf(asked[1], hit)) return (await sendOwn(send)) as never;
          if (after === arrives) await arrive();
          if (after >= 0) after += 1;
          return send();
        },
      };
      const budgets = createBudgets(open(client));
      const given: Reservation[] = [];
      const reservation = askedOf(tenantId, { attemptId: 'run_twice:1:1' });
      const asking = budgets.reserve({
        reservation,
        tenant,
        others: [key, user],
        giveBack: (each) => given.push(each),
      });
      const answer = await asking.catch((error: unknown) => error);
      for (const each of given) await budgets.settle(each, ZERO);
      await arrive();
      expect(sends).toBe(2);
      expect(answer).toMatchObject(
        why === 'throttled' ? { code: 'store-unavailable' } : { held: false, why, fenced: true },
      );
      for (const account of [tenant, key, user]) {
        const [month] = await clean.months(account, MONTH, MONTH);
        expect({ of: account.scope, open: month?.open ?? [], month: month?.month ?? 0n }).toEqual({
          of: account.scope,
          open: [],
          month: 0n,
        });
      }
    },
  );

  it('is told of one that was sent once and refused, which leaves nothing behind', async () => {
    const { tenant } = accountsOf('once', { tenant: ONE, key: NONE, user: NONE });
    let requests = 0;
    const engine = clientOf();
    const client: DynamoDb = { send: (...asked) => ((requests += 1), engine.send(...asked)) };
    const table = createTable({
      client,
      name: TABLE_NAMES.LedgerTable,
      clock: promptClock,
      random: seededRandom(3),
    });
    const budgets = createBudgets(createDynamoDbBudgetStore(table));
    const ask = (attemptId: string) =>
      budgets.reserve({ reservation: askedOf('once', { attemptId, at: NOW }), tenant, others: [] });
    expect(await ask('run_1:1:1')).toMatchObject({ held: true });
    expect(await ask('run_2:1:1')).toMatchObject({ held: false, why: 'spent', fenced: false });
    expect(requests).toBe(2);
  });
};

const isOf = (input: unknown, { pk }: Pick<Account, 'pk'>): boolean =>
  (input as { Key?: { pk?: { S?: string } } }).Key?.pk?.S === pk;

describe('a reservation that went out twice and is refused, on the simulated engine', () => {
  suite(() => createSimulatedDynamoDb({ now: () => NOW }).client);
});

describeOnDynamoDb('a reservation that went out twice and is refused', (engine) => suite(() => engine().client));
