import { expect, it } from 'vitest';
import { tenantAccount } from '../../lib/budget/account.ts';
import { createDynamoDbBudgetStore } from '../../lib/budget/dynamodb-store.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import { describeOnDynamoDb, TABLE_NAMES } from '../dynamodb.ts';
import { answered, type Fault, faulty, unanswered } from '../dynamodb/faulty-client.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { BILL, MONTH, NOW } from './parts.ts';

const throttled = () => answered(400, 'ProvisionedThroughputExceededException');

describeOnDynamoDb('what an unheld call did cost', (engine) => {
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
