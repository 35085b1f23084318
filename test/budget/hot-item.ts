// Budgets load them late: a file takes real time to be read, in which virtual time would go on.
import '../../lib/budget/shards/shards.ts';
import { createParking } from '../../lib/accounts/parking.ts';
import { reconcileTenant } from '../../lib/accounts/reconcile-tenant.ts';
import { shardAccount, tenantAccount } from '../../lib/budget/account.ts';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { createDynamoDbBudgetStore } from '../../lib/budget/dynamodb-store.ts';
import type { Reservation } from '../../lib/budget/reservation.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import { parseUsd } from '../../lib/kernel/money.ts';
import { closeBooks } from '../../lib/model-call/booking/settle-attempt.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { createDynamoDbUsageStore } from '../../lib/usage/dynamodb-store.ts';
import { NO_TOKENS } from '../../lib/usage/record.ts';
import { answered } from '../dynamodb/faulty-client.ts';
import { seededRandom } from '../seeded-random.ts';
import { bytesOf } from '../simulated-dynamodb.ts';
import { type ItemWorld, virtualWorld } from './item-worlds.ts';

const MINUTE_MS = 60_000;
const LONGEST_CALL_MS = 840_000;
/** As the reconciler has for a tenant. */
const PASS_PATIENCE_MS = 10_000;
const LIMIT = parseUsd('1000000');
/** As Claude Code names its users. */
const USER = `user_${'a'.repeat(64)}_account_3f1c9b1e-7d7b-4b8e-9c39-6a2f8c0b9d10_session_9e2b1c33-1d4f-4a54-8f0e-2f60f4a1b2c3`;

/** So many calls a second for so long. */
export interface Phase {
  readonly name: string;
  readonly perSecond: number;
  readonly seconds: number;
}

export interface HotItemOptions {
  /** A call lasts from half of this to one and a half times, evenly. */
  readonly callSeconds: number;
  readonly phases: readonly Phase[];
  readonly seed: number;
  /** How often a client that is refused asks again, after as long as it is told. */
  readonly retries: number;
  readonly maxOpen?: number;
  /** A phase in which the ledger answers every request with 500. */
  readonly away?: string;
  /** Default: each call has a process of its own, so that no two of them share a write. */
  readonly oneProcess?: boolean;
  /** Default: the account has none. */
  readonly shards?: number | undefined;
}

/** What became of the calls that began in a phase, and of the items at its end: the bytes of the largest. */
export interface Seen {
  readonly name: string;
  readonly asked: number;
  readonly answered: number;
  readonly throttled: number;
  readonly open: number;
  readonly itemBytes: number;
}

/** A tenant with one budget item, its calls in processes, and a reconciler that comes each minute. Default: in virtual time. */
export const simulateHotItem = async (
  { callSeconds, phases, seed, retries, maxOpen, away, oneProcess = false, shards }: HotItemOptions,
  world: ItemWorld = virtualWorld(),
): Promise<Seen[]> => {
  const { clock } = world;
  const random = seededRandom(seed);
  let isAway = false;
  const client: typeof world.client = {
    async send(...asked) {
      await world.latency(random);
      if (isAway && asked[1].TableName === world.tables.ledger) throw answered(500, 'InternalServerError');
      return world.client.send(...asked);
    },
  };
  const tableOf = (name: string) => createTable({ client, name, clock, random });
  const ledger = tableOf(world.tables.ledger);
  const openStore = () => createDynamoDbBudgetStore(ledger, maxOpen === undefined ? {} : { maxOpen });
  const store = openStore();
  const [budgets, usage, parking] = [
    createBudgets(store, undefined, random),
    createDynamoDbUsageStore(ledger),
    createParking(tableOf(world.tables.control)),
  ];
  const tenant = newTenant('acme', clock.now(), {});
  const account = {
    ...tenantAccount('acme', { day: LIMIT, month: null }),
    ...(shards === undefined ? {} : { shards }),
  };
  const places = [account.pk, ...Array.from({ length: shards ?? 0 }, (_, index) => shardAccount('acme', index + 1).pk)];
  const parts = {
    store,
    budgets,
    usage,
    parking,
    emit: () => undefined,
    longestCallMs: LONGEST_CALL_MS,
    notify: null,
    clock,
  };

  const counts = new Map<string, { asked: number; answered: number }>();
  let calls = 0;
  const once = async (): Promise<boolean> => {
    const runId = `run_${(calls += 1).toString(32).padStart(26, '0')}`;
    const facts = { attemptId: `${runId}:1:1`, tenantId: 'acme', at: clock.now(), keyId: 'key_0123456789ab' };
    const asked = { ...facts, userId: USER, agent: 'gateway', model: 'claude-opus-5-5' };
    const own = oneProcess ? parts : { ...parts, budgets: createBudgets(openStore(), undefined, random) };
    const giveBack = (held: Reservation) => void closeBooks(own, held, null, MINUTE_MS);
    const answer = await own.budgets
      .reserve({ reservation: { ...asked, amount: parseUsd('0.50') }, tenant: account, others: [], giveBack })
      .catch(() => null);
    if (!answer?.held) return false;
    await clock.wait(callSeconds * 1_000 * (0.5 + random()));
    const record = { ...asked, runId, answered: true, estimated: null, tokens: NO_TOKENS, cost: parseUsd('0.03') };
    await closeBooks(own, answer.reservation, record, 60_000).secured;
    return true;
  };
  const call = async (phase: string) => {
    const count = counts.get(phase) ?? { asked: 0, answered: 0 };
    counts.set(phase, count);
    count.asked += 1;
    for (let retry = 0; retry <= retries; retry += 1) {
      if (await once()) return (count.answered += 1);
      await clock.wait(2_000 * (1 + random()));
    }
    return null;
  };
  const reconcile = async (): Promise<void> => {
    try {
      const parked = (await parking.list()).get('acme') ?? [];
      await reconcileTenant({ ...parts, rewrite: async () => undefined }, tenant, {
        now: clock.now(),
        parked,
        patience: PASS_PATIENCE_MS,
      });
    } catch {
      // The next pass does.
    }
    clock.after(MINUTE_MS, () => void reconcile());
  };
  clock.after(MINUTE_MS, () => void reconcile());

  const seen: Seen[] = [];
  for (const { name, perSecond, seconds } of phases) {
    isAway = name === away;
    const until = clock.now() + seconds * 1_000;
    const before = world.throttled();
    const arrive = () => {
      if (clock.now() >= until) return;
      void call(name);
      clock.after((-Math.log(1 - random()) / perSecond) * 1_000, arrive);
    };
    if (perSecond > 0) arrive();
    await world.runUntil(until);
    const items = await Promise.all(places.map((pk) => world.item(pk)));
    const open = items.flatMap((item) => Object.keys(item).filter((attribute) => attribute.startsWith('r#'))).length;
    const itemBytes = Math.max(...items.map(bytesOf));
    seen.push({ name, asked: 0, answered: 0, throttled: world.throttled() - before, open, itemBytes });
  }
  // Until all have their answer.
  await world.runUntil(clock.now() + world.drainMs);
  return seen.map((phase) => ({ ...phase, ...counts.get(phase.name) }));
};
