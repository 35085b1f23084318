import { tenantAccount } from '../../lib/budget/account.ts';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { createDynamoDbBudgetStore } from '../../lib/budget/dynamodb-store.ts';
import type { Reservation } from '../../lib/budget/reservation.ts';
import type { BudgetStore } from '../../lib/budget/store.ts';
import type { Item } from '../../lib/dynamodb/attributes.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import { pico, ZERO } from '../../lib/kernel/money.ts';
import { seededRandom } from '../seeded-random.ts';
import { createSimulatedDynamoDb } from '../simulated-dynamodb.ts';
import { createVirtualClock } from '../virtual-clock.ts';
import { askedOf, DAY, reservationOf } from './parts.ts';
import { createUnreliableClient } from './unreliable-client.ts';

export interface PlayedGroups {
  readonly calls: number;
  readonly held: number;
  readonly refused: number;
  readonly failed: number;
  /** Requests that wrote or would have. */
  readonly writes: number;
  /** Reservations and settlements that were asked of the stores. */
  readonly asked: number;
  /** The most reservations and settlements of one request. */
  readonly largest: number;
}

export interface PlayOptions {
  readonly seed: number;
  /** Of a hundred requests so many fail. */
  readonly faults: number;
  readonly most: number;
  /** Calls in milliseconds; few are many at once. */
  readonly withinMs?: number;
}

const numberIn = (item: Item, name: string): bigint => BigInt(item[name]?.N ?? 0);
const openIn = (item: Item): string[] => Object.keys(item).filter((name) => name.startsWith('r#'));
const amountIn = (text = '0'): bigint => BigInt(Number.parseInt(text.split('|')[0] ?? '', 36));

/** Calls of one tenant in up to three processes, whose requests fail, are lost, and arrive late; any of them may be killed. */
export const playGroups = async ({ seed, faults, most, withinMs = 40 }: PlayOptions): Promise<PlayedGroups> => {
  const random = seededRandom(seed);
  const upTo = (end: number) => Math.floor(random() * end);
  const clock = createVirtualClock(Date.UTC(2026, 10, 20, 12));
  const engine = createSimulatedDynamoDb({ now: () => clock.now() });
  const [maxOpen, limit] = [2 + upTo(8), pico(BigInt(8 + upTo(24)))];
  const account = tenantAccount('acme', { day: limit, month: pico(limit + BigInt(upTo(3))) });
  const problems: string[] = [];
  const counts = { calls: 0, held: 0, refused: 0, failed: 0, writes: 0, asked: 0, largest: 0 };

  /** How the item stood, one after the other. */
  const versions: Item[] = [{}];
  const now = (): Item => versions.at(-1) ?? {};
  /** What a call comes to that is over. */
  const costs = new Map<string, bigint>();
  const costOf = (name: string): bigint => costs.get(name.slice(2)) ?? 0n;
  const isTooMuch = (item: Item, { amount }: Pick<Reservation, 'amount'>) =>
    numberIn(item, `d#${DAY}`) + amount > limit ||
    numberIn(item, 'month') + amount > (account.limits.month ?? 0n) ||
    numberIn(item, 'open') >= maxOpen;

  const watch = (before: Item, after: Item) => {
    const [was, is] = [openIn(before), openIn(after)];
    const added = is.filter((name) => before[name] === undefined);
    const gone = was.filter((name) => after[name] === undefined);
    let by = 0n;
    for (const name of added) by += amountIn(after[name]?.S);
    for (const name of gone) by += costOf(name) - amountIn(before[name]?.S);
    for (const counter of [`d#${DAY}`, 'month'])
      if (numberIn(after, counter) - numberIn(before, counter) !== by)
        problems.push(`${counter} drifted by other than ${by}`);
    if (numberIn(after, 'open') !== BigInt(is.length)) problems.push('open is miscounted');
    const isAsLimited = !added.includes('r#last:1:1');
    if (isAsLimited && added.length > 0 && (numberIn(after, `d#${DAY}`) > limit || is.length > maxOpen))
      problems.push('overspent');
    counts.largest = Math.max(counts.largest, added.length + gone.length);
  };
  const apply: typeof engine.apply = (operation, request) => {
    try {
      return engine.apply(operation, request);
    } finally {
      const item = engine.item('ledger', account.pk) ?? {};
      if (item !== now()) {
        watch(now(), item);
        versions.push(item);
      }
    }
  };

  const counted: typeof apply = (operation, request) => {
    if (operation === 'UpdateItem') counts.writes += 1;
    return apply(operation, request);
  };
  const start = () => {
    const process = { isDead: false };
    const client = createUnreliableClient({ apply: counted, clock, random, faults, process });
    const table = createTable({ client, name: 'ledger', clock, random });
    const store = createDynamoDbBudgetStore(table, { maxOpen, most });
    return { process, store, budgets: createBudgets(checked(store)) };
  };

  /** The store, whose every answer is held against what the item has been since it was asked. */
  const checked = (store: BudgetStore): BudgetStore => ({
    ...store,
    async reserve(of, reservation) {
      counts.asked += 1;
      const first = versions.length - 1;
      const answer = await store.reserve(of, reservation);
      const name = `r#${reservation.attemptId}`;
      const since = versions.slice(first);
      if (answer.reserved && now()[name] === undefined) problems.push(`${name} is held before it is durable`);
      const isFair = (item: Item) => isTooMuch(item, reservation) || numberIn(item, 'fence') >= BigInt(reservation.at);
      if (!answer.reserved && !since.some(isFair)) problems.push(`${name} fitted all the time`);
      if (!answer.reserved && now()[name] !== undefined && !answer.repeated)
        problems.push(`${name} is held and refused`);
      return answer;
    },
    async settle(of, reservation, actual, patience) {
      counts.asked += 1;
      const counted = await store.settle(of, reservation, actual, patience);
      if (now()[`r#${reservation.attemptId}`] !== undefined) problems.push(`${reservation.attemptId} is not settled`);
      return counted;
    },
  });

  const processes = Array.from({ length: 1 + upTo(3) }, start);
  const call = async (index: number): Promise<void> => {
    await clock.wait(upTo(withinMs));
    const own = processes[upTo(processes.length)];
    if (own === undefined || own.process.isDead) return;
    counts.calls += 1;
    const attemptId = `run_${index}:1:1`;
    const amount = pico(BigInt(1 + upTo(6)));
    const reservation = { ...askedOf('acme', { attemptId, amount, at: clock.now() }), userId: null };
    const answer = await own.budgets.reserve({ reservation, tenant: account, others: [] }).catch((error: unknown) => {
      // What stands there always says why.
      if ((error as { cause?: unknown }).cause === undefined) problems.push(`${attemptId} is refused for nothing`);
      return null;
    });
    if (answer === null) return void (counts.failed += 1);
    if (!answer.held) return void (counts.refused += 1);
    counts.held += 1;
    costs.set(attemptId, BigInt(upTo(Number(amount) + 1)));
    await clock.wait(3 + upTo(30));
    await own.budgets.settle(answer.reservation, pico(costs.get(attemptId) ?? 0n), 200).catch(() => undefined);
  };
  for (let index = 0, calls = 6 + upTo(16); index < calls; index += 1) void call(index);
  if (random() * 100 < faults) clock.after(upTo(60), () => void (processes[0] && (processes[0].process.isDead = true)));
  await clock.runUntil(clock.now() + 5_000);

  // Whoever was killed, or gave up: as the reconciler does it.
  const clean = createTable({
    client: { send: async (...of) => apply(of[0], of[1] as never) as never },
    name: 'ledger',
    clock,
    random,
  });
  const reconciler = createDynamoDbBudgetStore(clean);
  const [left] = await reconciler.months(account, '2026-11', '2026-11');
  const settlements = (left?.open ?? []).map((each) => ({
    reservation: { ...each, fenced: true },
    actual: pico(costs.get(each.attemptId) ?? 0n),
  }));
  await reconciler.settleAll(account, settlements);
  if (openIn(now()).length > 0) problems.push('some are open for good');
  if (faults === 0 && settlements.length > 0) problems.push('some were left open');
  const next = reservationOf('acme', { attemptId: 'last:1:1', amount: pico(1n), at: clock.now() + 60_000 });
  const spent = numberIn(now(), 'month');
  const room = { ...account, limits: { day: pico(spent + 1n), month: pico(spent + 1n) } };
  const lastly = await reconciler.reserve(room, next);
  if (!lastly.reserved) problems.push('what fits at the end is refused');
  await reconciler.settle(room, next, ZERO);
  if (problems.length > 0) throw new Error(`seed ${seed}, groups of ${most}: ${problems.join('; ')}`);
  return counts;
};
