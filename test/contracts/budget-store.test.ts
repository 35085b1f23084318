import { describe } from 'vitest';
import { createDynamoDbBudgetStore } from '../../lib/budget/dynamodb-store.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import { promptClock } from '../budget/parts.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { seededRandom } from '../seeded-random.ts';
import { createSimulatedDynamoDb } from '../simulated-dynamodb.ts';
import { FULL } from '../sizes.ts';
import { budgetStoreContract } from './budget-store.contract.ts';

/** Reservations and settlements that go out in one. */
const GROUPS = [1, 2, 7, 64];

describe('budgets in memory', () => budgetStoreContract(createMemoryBudgetStore));

describe.each(GROUPS)('budgets on the simulated engine, in groups of up to %i', (most) =>
  budgetStoreContract(() => {
    const { client } = createSimulatedDynamoDb({ now: () => 0 });
    const table = createTable({ client, name: 'ledger', clock: promptClock, random: seededRandom(7) });
    return createDynamoDbBudgetStore(table, { most });
  }),
);

describeOnDynamoDb('budgets', (engine) =>
  budgetStoreContract(() => createDynamoDbBudgetStore(engine().table('LedgerTable'))),
);

for (const most of FULL ? GROUPS : [])
  describeOnDynamoDb(`budgets in groups of up to ${most}`, (engine) =>
    budgetStoreContract(() => createDynamoDbBudgetStore(engine().table('LedgerTable'), { most })),
  );
