import type { Agent } from '../agent/define/define-agent.ts';
import { createDynamoDbCircuitStore } from '../circuit-breaker/dynamodb-store.ts';
import type { Config } from '../config.ts';
import { createTable } from '../dynamodb/table.ts';
import type { DynamoDb } from '../dynamodb/types.ts';
import type { NewItems } from '../group-commit/new-items.ts';
import { createDynamoDbClaimStore } from '../idempotency/dynamodb-store.ts';
import { lazy } from '../kernel/caching/lazy.ts';
import type { Clock, Random } from '../kernel/clock.ts';
import { createDynamoDbRestStore } from '../rests/dynamodb-store.ts';
import { createDynamoDbApiKeyStore, createDynamoDbTenantStore } from '../tenants/dynamodb-store.ts';
import { createDynamoDbUsageStore } from '../usage/dynamodb-store.ts';
import { createDynamoDbToolUsageStore } from '../usage/dynamodb-tool-store.ts';
import type { RunStores } from './core.ts';
import { lazyBudgetStore } from './lazy/lazy-budget-store.ts';
import { lazyParking } from './lazy/lazy-parking.ts';
import { lazyContentStore, lazyRunStore } from './lazy/lazy-run-store.ts';
import type { OpenRunNotes, OpenUserNames } from './user-names.ts';

type PutNew = Parameters<NewItems['putNew']>;

const DAY_MS = 24 * 3_600_000;
/** How long a run can be read back: 30 days. */
export const RUN_RETENTION_MS = 30 * DAY_MS;
/** How long a session is kept whose agent is gone. */
const SESSION_DAYS = 30;

export interface StoresOptions {
  readonly client: DynamoDb;
  readonly config: Pick<Config, 'CONTROL_TABLE' | 'LEDGER_TABLE' | 'RUNS_TABLE' | 'RUN_WAIT_MS'>;
  readonly clock: Clock;
  readonly random: Random;
  /** Those whose sessions are not kept as long as others; scripts know none. */
  readonly agents?: readonly Pick<Agent, 'name' | 'sessionRetentionDays'>[];
}

/** The three tables, and what is kept in them; no I/O happens here. */
export const createStores = ({ client, config, clock, random, agents = [] }: StoresOptions) => {
  const table = (name: string) => createTable({ client, name, clock, random });
  const control = table(config.CONTROL_TABLE);
  const ledger = table(config.LEDGER_TABLE);
  const runs = table(config.RUNS_TABLE);
  const days = new Map(agents.map(({ name, sessionRetentionDays }) => [name, sessionRetentionDays]));
  const lives = { retentionMs: RUN_RETENTION_MS, longestWaitMs: config.RUN_WAIT_MS };
  const runStore = lazyRunStore(async () => {
    const { createDynamoDbRunStore } = await import('../runs/dynamodb-store.ts');
    return createDynamoDbRunStore({ table: runs, clock, random, ...lives });
  });
  const budgets = lazyBudgetStore(async () => {
    const { createDynamoDbBudgetStore } = await import('../budget/dynamodb-store.ts');
    return createDynamoDbBudgetStore(ledger, { clock });
  });
  // Most processes refuse nobody for money.
  const loadSpent = lazy(async () =>
    (await import('../accounts/thresholds/spent-budgets.ts')).createSpentBudgets({
      table: control,
      clock,
      random,
      budgets,
    }),
  );
  // For callers with a limit of requests or tokens only.
  const openRates = lazy(async () => {
    const { createDynamoDbRateStore } = await import('../rate-limit/dynamodb-store.ts');
    return createDynamoDbRateStore({ table: control, clock });
  });
  // For whoever books what was used; most functions only read it.
  const openNewItems = lazy(async () => {
    const { createNewItems } = await import('../group-commit/new-items.ts');
    return createNewItems({ table: ledger, client, name: config.LEDGER_TABLE, random, clock });
  });
  const records = { ...ledger, putNew: async (...asked: PutNew) => (await openNewItems()).putNew(...asked) };
  const usage = createDynamoDbUsageStore(records);
  return {
    control,
    ledger,
    runsTable: runs,
    apiKeys: createDynamoDbApiKeyStore(ledger),
    budgets,
    circuits: createDynamoDbCircuitStore({ table: control, clock }),
    claims: createDynamoDbClaimStore({ table: control, random }),
    parking: lazyParking(async () => (await import('../accounts/parking.ts')).createParking(control)),
    spent: {
      note: async (...refused) => (await loadSpent()).note(...refused),
      reached: async (...settled) => (await loadSpent()).reached(...settled),
      list: async () => (await loadSpent()).list(),
      remove: async (spent) => (await loadSpent()).remove(spent),
    },
    rates: { move: async (...asked) => (await openRates()).move(...asked) },
    rests: createDynamoDbRestStore({ table: control, clock }),
    runs: runStore,
    contents: lazyContentStore(async () => {
      const { createContentStore } = await import('../runs/trace/content-store.ts');
      return createContentStore({ table: runs, clock, random, retentionMs: RUN_RETENTION_MS });
    }),
    tenants: createDynamoDbTenantStore(ledger),
    toolUsage: createDynamoDbToolUsageStore(ledger),
    usage,
    openSessions: async () => {
      const [{ createDynamoDbSessionStore }, { createBooksOfRun }, { createSessions }] = await Promise.all([
        import('../sessions/dynamodb-store.ts'),
        import('../accounts/books-of-run.ts'),
        import('../run/sessions/sessions.ts'),
      ]);
      const store = createDynamoDbSessionStore({
        table: runs,
        clock,
        random,
        retentionOf: (agent) => (days.get(agent) ?? SESSION_DAYS) * DAY_MS,
        runRetentionMs: RUN_RETENTION_MS,
        longestWaitMs: config.RUN_WAIT_MS,
      });
      const booksOf = createBooksOfRun({ store: budgets, usage, clock });
      const costOf = async (...asked: Parameters<typeof booksOf>) => (await booksOf(...asked)).cost;
      return createSessions({ store, runs: runStore, clock, costOf });
    },
    openUserNames: async ({ emit }: Parameters<OpenUserNames>[0]) => {
      const { createUserNames } = await import('../end-users/names.ts');
      return createUserNames({ table: ledger, clock, emit });
    },
    openRunNotes: async ({ emit }: Parameters<OpenRunNotes>[0]) => {
      const { createRunNotes } = await import('../end-users/run-notes.ts');
      const longestDays = Math.max(SESSION_DAYS, ...days.values());
      const retentionMs = (longestDays + 1) * DAY_MS + config.RUN_WAIT_MS;
      return createRunNotes({ table: runs, clock, emit, retentionMs });
    },
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
