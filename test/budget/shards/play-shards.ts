import { type Limits, tenantAccount } from '../../../lib/budget/account.ts';
import { createBudgets } from '../../../lib/budget/budgets.ts';
import { createDynamoDbBudgetStore } from '../../../lib/budget/dynamodb-store.ts';
import { tenantMonths, type WholeMonth } from '../../../lib/budget/shards/whole-month.ts';
import type { Item } from '../../../lib/dynamodb/attributes.ts';
import { createTable } from '../../../lib/dynamodb/table.ts';
import { pico, ZERO } from '../../../lib/kernel/money.ts';
import { seededRandom } from '../../seeded-random.ts';
import { createSimulatedDynamoDb } from '../../simulated-dynamodb.ts';
import { createVirtualClock } from '../../virtual-clock.ts';
import { askedOf, DAY, MONTH } from '../parts.ts';
import { createUnreliableClient } from '../unreliable-client.ts';

export interface PlayedShards {
  readonly calls: number;
  readonly held: number;
  readonly refused: number;
  readonly failed: number;
  /** Writes that moved money between the account and its shards. */
  readonly moves: number;
}

export interface PlayOptions {
  readonly seed: number;
  /** Of a hundred requests so many fail. */
  readonly faults: number;
  /** So far above what is spent that nobody is refused. Default: the limit is a few calls. */
  readonly isWide?: boolean;
}

const SHARDS = 3;
const amountIn = (text = '0'): bigint => BigInt(Number.parseInt(text.split('|')[0] ?? '', 36));
const reservedIn = (item: Item): [name: string, text: string][] =>
  Object.entries(item).flatMap(([name, value]) => (name.startsWith('r#') ? [[name, value.S ?? '']] : []));

/** Calls of a tenant whose account has shards, in up to three processes that fail and are killed; the limit is lowered meanwhile. */
export const playShards = async ({ seed, faults, isWide = false }: PlayOptions): Promise<PlayedShards> => {
  const random = seededRandom(seed);
  const upTo = (end: number) => Math.floor(random() * end);
  const clock = createVirtualClock(Date.UTC(2026, 10, 20, 12));
  const begun = clock.now();
  const engine = createSimulatedDynamoDb({ now: () => clock.now() });
  const problems: string[] = [];
  const counts = { calls: 0, held: 0, refused: 0, failed: 0, moves: 0 };
  const first = isWide ? 10_000 : 12 + upTo(30);
  let limits: Limits = { day: pico(BigInt(first)), month: pico(BigInt(first + upTo(3))) };
  /** Each limit that a call under way may still know. */
  let highest = limits;

  const home = tenantAccount('acme').pk;
  const places = [home, ...Array.from({ length: SHARDS }, (_, index) => `${home}#shard#${index + 1}`)];
  const items = () => places.map((pk) => engine.item('ledger', pk) ?? {});
  const costs = new Map<string, bigint>();
  /** What was spent and reserved in all, one state after the other. */
  const totals: bigint[] = [0n];
  let spent = 0n;
  let held = new Map<string, bigint>();
  const totalNow = () => totals.at(-1) ?? 0n;

  const look = () => {
    const now = new Map(
      items()
        .flatMap((item) => reservedIn(item))
        .map(([name, text]) => [name, amountIn(text)]),
    );
    for (const name of held.keys()) if (!now.has(name)) spent += costs.get(name.slice(2)) ?? 0n;
    const isMore = [...now.keys()].some((name) => !held.has(name));
    held = now;
    const total = spent + [...now.values()].reduce((sum, amount) => sum + amount, 0n);
    if (isMore && (total > (highest.day ?? 0n) || total > (highest.month ?? 0n))) problems.push('overspent');
    totals.push(total);
  };
  const apply: typeof engine.apply = (operation, request) => {
    const before = items();
    try {
      return engine.apply(operation, request);
    } finally {
      if (items().some((item, at) => item !== before[at])) {
        if (JSON.stringify(request.ExpressionAttributeNames ?? {}).includes('"a#')) counts.moves += 1;
        look();
      }
    }
  };

  const start = () => {
    const process = { isDead: false };
    const client = createUnreliableClient({ apply, clock, random, faults, process });
    const table = createTable({ client, name: 'ledger', clock, random });
    return { process, budgets: createBudgets(createDynamoDbBudgetStore(table), undefined, random) };
  };
  const processes = Array.from({ length: 1 + upTo(3) }, start);
  // Some schedules begin or end without shards; calls of both kinds meet.
  const [shardedFrom, shardedTo] =
    [
      [0, 1_000],
      [0, 200],
      [200, 1_000],
    ][upTo(3)] ?? [];
  const shardsNow = () => {
    const at = clock.now() - begun;
    return at >= (shardedFrom ?? 0) && at < (shardedTo ?? 0) ? { shards: SHARDS } : {};
  };
  const call = async (index: number): Promise<void> => {
    await clock.wait(upTo(isWide ? 4_000 : 400));
    const own = processes[upTo(processes.length)];
    if (own === undefined || own.process.isDead) return;
    counts.calls += 1;
    const attemptId = `run_${index}:1:1`;
    const amount = pico(BigInt(1 + upTo(6)));
    const known = limits;
    const since = totals.length - 1;
    const reservation = askedOf('acme', { attemptId, amount, at: clock.now(), userId: null });
    const tenant = { ...tenantAccount('acme', known), ...shardsNow() };
    const answer = await own.budgets.reserve({ reservation, tenant, others: [] }).catch(() => null);
    if (answer === null) return void (counts.failed += 1);
    if (!answer.held) {
      counts.refused += 1;
      const isTooMuch = (total: bigint) => total + amount > (known.day ?? 0n) || total + amount > (known.month ?? 0n);
      if (answer.why === 'spent' && !totals.slice(since).some(isTooMuch))
        problems.push(`${attemptId} fitted all the time`);
      return;
    }
    counts.held += 1;
    costs.set(attemptId, BigInt(upTo(Number(amount) + 1)));
    await clock.wait(3 + upTo(100));
    await own.budgets.settle(answer.reservation, pico(costs.get(attemptId) ?? 0n), 200).catch(() => undefined);
  };
  for (let index = 0, calls = 10 + upTo(20); index < calls; index += 1) void call(index);
  if (upTo(3) === 0)
    clock.after(upTo(300), () => {
      limits = { day: pico(BigInt(6 + upTo(first))), month: limits.month };
      // Who has asked by then, has done so by the old one; asking takes less than a second.
      clock.after(1_500, () => (highest = limits));
      highest = {
        day: limits.day !== null && highest.day !== null && limits.day > highest.day ? limits.day : highest.day,
        month: highest.month,
      };
    });
  if (random() * 100 < faults)
    clock.after(upTo(200), () => void (processes[0] && (processes[0].process.isDead = true)));
  await clock.runUntil(clock.now() + 20_000);

  // Whoever was killed, or gave up: as the reconciler does it.
  const clean = createTable({
    client: { send: async (...of) => apply(of[0], of[1] as never) as never },
    name: 'ledger',
    clock,
    random,
  });
  const store = createDynamoDbBudgetStore(clean);
  const budgets = createBudgets(store, undefined, random);
  const whole = async (): Promise<WholeMonth | undefined> => (await tenantMonths(store, 'acme', MONTH, MONTH))[0];
  const left = (await whole())?.open ?? [];
  if (faults === 0 && left.length > 0) problems.push('some were left open');
  await budgets.settleAll(
    left.map((each) => ({ reservation: { ...each, fenced: true }, actual: pico(costs.get(each.attemptId) ?? 0n) })),
  );
  const last = await whole();
  if (held.size > 0) problems.push('some are open for good');
  if ((last?.month ?? 0n) !== totalNow()) problems.push(`the month says ${last?.month}, not ${totalNow()}`);
  if ((last?.days.get(DAY) ?? 0n) !== totalNow())
    problems.push(`the day says ${last?.days.get(DAY)}, not ${totalNow()}`);
  // All that the limits leave fits at the end, whichever shard is asked, and not one more.
  const limit = pico(totalNow() + BigInt(5 + upTo(20)));
  const tenant = {
    ...tenantAccount('acme', { day: limit, month: limit }),
    ...(upTo(2) === 0 ? { shards: SHARDS } : {}),
  };
  const ask = (attemptId: string, amount: bigint) =>
    budgets.reserve({
      reservation: askedOf('acme', { attemptId, amount: pico(amount), at: clock.now() + 60_000, userId: null }),
      tenant,
      others: [],
    });
  highest = { day: limit, month: limit };
  const small = await ask('small:1:1', 1n);
  const rest = await ask('rest:1:1', limit - totalNow());
  if (!small.held || !rest.held) problems.push('what fits at the end is refused');
  const more = await ask('more:1:1', 1n);
  if (more.held) problems.push('what does not fit at the end is held');
  for (const one of [small, rest]) if (one.held) await budgets.settle(one.reservation, ZERO);
  if (problems.length > 0) throw new Error(`seed ${seed}: ${[...new Set(problems)].join('; ')}`);
  return counts;
};
