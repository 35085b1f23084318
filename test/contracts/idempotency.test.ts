import { describe } from 'vitest';
import { createDynamoDbClaimStore } from '../../lib/idempotency/dynamodb-store.ts';
import { createMemoryClaimStore } from '../../lib/idempotency/memory-store.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { seededRandom } from '../seeded-random.ts';
import { idempotencyContract } from './idempotency.contract.ts';
import { claimStoreContract } from './idempotency-store.contract.ts';

describe('claims in memory', () => {
  claimStoreContract(createMemoryClaimStore);
  idempotencyContract(createMemoryClaimStore);
});

describeOnDynamoDb('claims', (engine) => {
  // One for all: two stores with one seed would give two answers the same pieces.
  const random = seededRandom(20261121);
  const create = () => createDynamoDbClaimStore({ table: engine().table('ControlTable'), random });
  claimStoreContract(create);
  idempotencyContract(create);
});
