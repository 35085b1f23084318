import { expect, it } from 'vitest';
import { tenantAccount } from '../../lib/budget/account.ts';
import { createDynamoDbBudgetStore } from '../../lib/budget/dynamodb-store.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import type { DynamoDb } from '../../lib/dynamodb/types.ts';
import { settleAttempt } from '../../lib/model-call/booking/settle-attempt.ts';
import { describeOnDynamoDb, TABLE_NAMES } from '../dynamodb.ts';
import { answered, type Fault, faulty, unanswered } from '../dynamodb/faulty-client.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import {
  accountsOf,
  askedOf,
  BILL,
  MONTH,
  monthOf,
  NOW,
  openBooks,
  promptClock,
  recordOf,
  reservationOf,
} from './parts.ts';

const NONE = { day: null, month: null };

const throttled = () => answered(400, 'ProvisionedThroughputExceededException');

describeOnDynamoDb('what an unheld call did cost', (engine) => {
  it.each([
    ['that is held writes into the ledger alone', 200, { ledger: 3, control: 0 }],
    ['that nobody holds writes its note, its end and its removal beside them', 0, { ledger: 4, control: 3 }],
  ])('%s', async (title, maxOpen, writes) => {
    const tenantId = `counted-${maxOpen}`;
    const sent = { ledger: 0, control: 0 };
    const client: DynamoDb = {
      send(...asked) {
        sent[asked[1].TableName === TABLE_NAMES.LedgerTable ? 'ledger' : 'control'] += 1;
        return engine().client.send(...asked);
      },
    };
    const { tenant } = accountsOf(tenantId, { tenant: NONE, key: NONE, user: NONE });
    const clean = openBooks(engine().client);
    const first = reservationOf(tenantId, { attemptId: 'run_00:1:1' });
    await clean.store.reserve(tenant, first);
    const before = await monthOf(clean, tenant);
    const books = openBooks(client, { parks: true, maxOpen });
    const answer = await books.budgets.reserve({ reservation: askedOf(tenantId), tenant, others: [] });
    if (!answer.held) throw new Error(title);
    expect(answer.reservation.unheld).toBe(maxOpen === 0 ? true : undefined);
    // The item that too many are open in is as it was.
    if (maxOpen === 0) expect(await monthOf(clean, tenant)).toEqual(before);
    await settleAttempt({ ...books, clock: promptClock }, answer.reservation, recordOf(answer.reservation, BILL));
    expect(sent).toEqual(writes);
  });

  it.each<[title: string, isOver: boolean, faults: Fault[]]>([
    ['throttled before it was done needs no mark', true, [throttled(), throttled(), 'ok']],
    ['done without a word of it keeps its mark', false, ['lost', 'ok']],
    ['throttled, then done without a word of it, keeps its mark', false, [throttled(), 'lost', throttled(), 'ok']],
    ['never answered keeps its mark', false, [unanswered(), 'ok']],
  ])('that was %s, and is added once', async (title, isOver, faults) => {
    const clock = createFakeClock();
    const client = faulty(engine().client, faults);
    const impatient = { ...clock, after: (_: number, act: () => void) => clock.after(0, act) };
    const table = createTable({ client, name: TABLE_NAMES.LedgerTable, clock: impatient, random: seededRandom(3) });
    const store = createDynamoDbBudgetStore(table);
    const account = tenantAccount(`unheld-${title.replaceAll(/\W/g, '-')}`);
    let added: boolean | null = null;
    const adding = store.add(account, { attemptId: 'run_1:1:1', at: NOW, cost: BILL }).then((is) => (added = is));
    while (added === null) await clock.advance(0);
    expect(await adding).toBe(isOver);
    const [month] = await store.months(account, MONTH, MONTH);
    expect(month?.month).toBe(BILL);
  });
});
