import { createParking } from '../accounts/parking.ts';
import { createDynamoDbBudgetStore } from '../budget/dynamodb-store.ts';
import { createDynamoDbCircuitStore } from '../circuit-breaker/dynamodb-store.ts';
import type { Config } from '../config.ts';
import { createTable } from '../dynamodb/table.ts';
import type { DynamoDb } from '../dynamodb/types.ts';
import { createDynamoDbClaimStore } from '../idempotency/dynamodb-store.ts';
import type { Clock, Random } from '../kernel/clock.ts';
import { createDynamoDbRateStore } from '../rate-limit/dynamodb-store.ts';
import { createDynamoDbRestStore } from '../rests/dynamodb-store.ts';
import { createDynamoDbRunStore } from '../runs/dynamodb-store.ts';
import { createDynamoDbApiKeyStore, createDynamoDbTenantStore } from '../tenants/dynamodb-store.ts';
import { createDynamoDbUsageStore } from '../usage/dynamodb-store.ts';
import { createDynamoDbToolUsageStore } from '../usage/dynamodb-tool-store.ts';
import type { RunStores } from './core.ts';

/** How long a run can be read back: 30 days. */
const RUN_RETENTION_MS = 30 * 24 * 3_600_000;

export interface StoresOptions {
  readonly client: DynamoDb;
  readonly config: Pick<Config, 'CONTROL_TABLE' | 'LEDGER_TABLE' | 'RUNS_TABLE'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** The three tables, and what is kept in them; no I/O happens here. */
export const createStores = ({ client, config, clock, random }: StoresOptions) => {
  const table = (name: string) => createTable({ client, name, clock, random });
  const control = table(config.CONTROL_TABLE);
  const ledger = table(config.LEDGER_TABLE);
  const runs = table(config.RUNS_TABLE);
  return {
    control,
    ledger,
    apiKeys: createDynamoDbApiKeyStore(ledger),
    budgets: createDynamoDbBudgetStore(ledger),
    circuits: createDynamoDbCircuitStore({ table: control, clock }),
    claims: createDynamoDbClaimStore({ table: control, random }),
    parking: createParking(control),
    rates: createDynamoDbRateStore({ table: control }),
    rests: createDynamoDbRestStore({ table: control, clock }),
    runs: createDynamoDbRunStore({ table: runs, clock, random, retentionMs: RUN_RETENTION_MS }),
    tenants: createDynamoDbTenantStore(ledger),
    toolUsage: createDynamoDbToolUsageStore(ledger),
    usage: createDynamoDbUsageStore(ledger),
    openSlots: async (options: Parameters<RunStores['openSlots']>[0]) => {
      const { createDynamoDbSlots } = await import('../rate-limit/dynamodb-slot-store.ts');
      return createDynamoDbSlots({ ...options, table: control });
    },
    openCache: async (options: Parameters<RunStores['openCache']>[0]) => {
      const { createDynamoDbCache } = await import('../response-cache/dynamodb-cache.ts');
      return createDynamoDbCache({ ...options, table: control });
    },
  } satisfies RunStores & Readonly<Record<string, unknown>>;
};

export type Stores = ReturnType<typeof createStores>;
