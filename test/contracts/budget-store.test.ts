import { describe } from 'vitest';
import { createDynamoDbBudgetStore } from '../../lib/budget/dynamodb-store.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { budgetStoreContract } from './budget-store.contract.ts';

describe('budgets in memory', () => budgetStoreContract(createMemoryBudgetStore));

describeOnDynamoDb('budgets', (engine) =>
  budgetStoreContract(() => createDynamoDbBudgetStore(engine().table('LedgerTable'))),
);
