import { createParking } from '../../lib/accounts/parking.ts';
import { reconcileTenant } from '../../lib/accounts/reconcile-tenant.ts';
import { type Account, keyAccount, NO_LIMITS, tenantAccount, userAccount } from '../../lib/budget/account.ts';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { createDynamoDbBudgetStore } from '../../lib/budget/dynamodb-store.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import type { DynamoDb } from '../../lib/dynamodb/types.ts';
import { createBackground } from '../../lib/kernel/background.ts';
import { createDeadline } from '../../lib/kernel/deadline.ts';
import { parseUsd, sum, ZERO } from '../../lib/kernel/money.ts';
import { answerBooks } from '../../lib/model-call/booking/own-books.ts';
import { createRunAccount } from '../../lib/model-call/booking/run-account.ts';
import type { Outcome } from '../../lib/model-call/outcome.ts';
import type { Attempt, AttemptContext } from '../../lib/model-call/types.ts';
import { withBudget } from '../../lib/model-call/with-budget.ts';
import { createPriceTable } from '../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { createDynamoDbUsageStore } from '../../lib/usage/dynamodb-store.ts';
import { NO_TOKENS, type UsageRecord } from '../../lib/usage/record.ts';
import { ADMITTED, KEY, REQUEST } from '../model-call/parts.ts';
import { seededRandom } from '../seeded-random.ts';
import { createSimulatedDynamoDb } from '../simulated-dynamodb.ts';
import { createVirtualClock } from '../virtual-clock.ts';
import { reservationOf } from './parts.ts';

const LONGEST_CALL_MS = 840_000;
const LIMIT = { day: parseUsd('1'), month: null };
/** 100 tokens at 2 and 20 at 10 US dollars a million. */
export const BILL = parseUsd('0.0004');
const ANSWER = {
  ok: true,
  message: { stop_reason: 'end_turn', model: REQUEST.model },
  metered: {
    tokens: { ...NO_TOKENS, inputTokens: 100, outputTokens: 20 },
    estimated: null,
    firstContentMs: 5,
    upstreamRequestId: null,
  },
} as unknown as Outcome;

/** What stands between a process and its DynamoDB. */
export type Between = (send: () => unknown, table: string, wait: (ms: number) => Promise<void>) => Promise<unknown>;

export interface LedgerOptions {
  readonly between: Between;
  readonly seed?: number;
  /** No account has a limit, and so many calls are open that this one is held by nobody. Default: all have one. */
  readonly unheld?: boolean;
}

/** One call of a tenant, a key and a user, whose every request passes `between`; the reconciler comes each minute. */
export const openLedger = ({ between, seed = 1, unheld = false }: LedgerOptions) => {
  const clock = createVirtualClock();
  const random = seededRandom(seed);
  const dynamoDb = createSimulatedDynamoDb({ now: () => clock.now() });
  const client: DynamoDb = {
    async send(operation, input) {
      await clock.wait(5);
      const { TableName } = input;
      const apply = () => dynamoDb.apply(operation, input as never);
      return (await between(apply, TableName ?? '', (ms) => clock.wait(ms))) as never;
    },
  };
  const table = (name: string, through: DynamoDb) => createTable({ client: through, name, clock, random });
  const open = (through: DynamoDb) => {
    const ledger = table('ledger', through);
    const store = createDynamoDbBudgetStore(ledger, unheld ? { maxOpen: 0 } : {});
    const usage = createDynamoDbUsageStore(ledger);
    const parking = createParking(table('control', through));
    return { store, budgets: createBudgets(store, parking), usage, parking };
  };
  const [own, clean] = [open(client), open(dynamoDb.client)];
  const events: BallastEvent[] = [];
  const tenant = newTenant('acme', clock.now(), {});
  const limits = unheld ? NO_LIMITS : LIMIT;
  const accounts: readonly Account[] = [
    tenantAccount('acme', limits),
    keyAccount('acme', 'key', limits),
    userAccount('acme', 'user', limits),
  ];
  const [first, ...others] = accounts;
  const reconcile = async (): Promise<void> => {
    clock.after(60_000, () => void reconcile());
    try {
      const parked = (await own.parking.list()).get('acme') ?? [];
      const parts = { ...own, emit: (event: BallastEvent) => events.push(event), longestCallMs: LONGEST_CALL_MS };
      const rewrite = async () => undefined;
      await reconcileTenant({ ...parts, rewrite, notify: null }, tenant, { now: clock.now(), parked });
    } catch {
      // The next pass does.
    }
  };
  clock.after(60_000, () => void reconcile());

  return {
    clock,
    events,
    ...clean,
    accounts,
    /** Makes an item of the tenant that counts what is open: without one the first call is held. */
    async begin() {
      const [first] = accounts;
      const held = reservationOf('acme', { attemptId: 'run_00:1:1', at: clock.now() });
      const store = createDynamoDbBudgetStore(table('ledger', dynamoDb.client));
      if (first === undefined) return;
      await store.reserve(first, held);
      await store.settle(first, held, ZERO);
    },
    /** Makes a call; whether it was answered, and when its answer went out. */
    async call({ next = async () => ANSWER, deadlineMs = 120_000 }: { next?: Attempt; deadlineMs?: number } = {}) {
      const background = createBackground();
      const account = createRunAccount(null, background);
      const deadline = createDeadline(clock, deadlineMs);
      const context: AttemptContext = {
        runId: 'run_01',
        step: 1,
        agent: 'assistant',
        circuit: {},
        caller: { tenantId: 'acme', keyId: 'key', userId: 'user' },
        bounds: {
          deadline,
          budget: { tenant: first ?? tenantAccount('acme'), others, shadow: false },
          admission: ADMITTED,
        },
        listener: { sink: { text: () => undefined, reset: () => undefined } },
        account,
        background,
        key: KEY,
        booked: [],
      };
      const attempt = withBudget({
        ...own,
        prices: createPriceTable(PUBLISHED_PRICES),
        provider: { countTokens: async () => 100 },
        clock,
        emit: (event) => events.push(event),
      })(next);
      const outcome = await attempt(REQUEST, context);
      await answerBooks(clock, background);
      return { outcome, at: clock.now(), attempt, context };
    },
    /** What stands in each account, and on the books. */
    async books() {
      const month = new Date(clock.now()).toISOString().slice(0, 7);
      const standing = await Promise.all(
        accounts.map(async (account) => {
          const [found] = await clean.store.months(account, month, month);
          const marks = found?.adjustments.length ?? 0;
          return { spent: found?.month ?? 0n, open: found?.count ?? 0, counter: found?.counter ?? 0, marks };
        }),
      );
      const records: UsageRecord[] = await Array.fromAsync(clean.usage.inHour('acme', clock.now()));
      return { standing, recorded: sum(records.map(({ cost }) => cost)), parked: (await clean.parking.list()).size };
    },
  };
};
