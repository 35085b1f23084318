import { createBudgets } from '../lib/budget/budgets.ts';
import { createDynamoDbBudgetStore } from '../lib/budget/dynamodb-store.ts';
import { n } from '../lib/dynamodb/attributes.ts';
import { createDynamoDbSlots } from '../lib/rate-limit/dynamodb-slot-store.ts';
import { createDynamoDbRateStore } from '../lib/rate-limit/dynamodb-store.ts';
import { createRateLimit } from '../lib/rate-limit/rate-limit.ts';
import { systemClock } from '../local/system-clock.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { median } from './median.ts';
import { askOf, COST } from './reservations.ts';
import type { Section } from './section.ts';

const ENDLESS = { remainingMs: () => Number.POSITIVE_INFINITY, signal: new AbortController().signal };

const ROUNDS = 150;
const WARM_UP = 30;

const BARE = 'a bare UpdateItem';

/** Does its work once more and answers with how long the measured part of it took, in milliseconds. */
type Step = () => Promise<number>;

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

const stepsOn = ({
  control,
  ledger,
}: Ledger): ReadonlyMap<string, { readonly writes: number; readonly step: Step }> => {
  const parts = { clock: systemClock, random: Math.random, emit: () => undefined };
  const budgets = createBudgets(createDynamoDbBudgetStore(ledger));
  const rates = createRateLimit({ ...parts, store: createDynamoDbRateStore({ table: control }) });
  const slots = createDynamoDbSlots({ ...parts, table: control });
  const bare = { pk: 'bench', sk: 'bare' };
  let holders = 0;

  const take = (whose: string) => rates.take({ key: `${whose}#time#requests`, permitsPerMinute: 1_000_000 }, 1);
  const reserve = async (others: boolean, around: () => readonly Promise<unknown>[] = () => []) => {
    const ask = askOf(others ? 'time-all' : 'time', others);
    const held = Promise.withResolvers<Awaited<ReturnType<typeof budgets.reserve>>>();
    const ms = await timed(() => {
      budgets.reserve(ask).then(held.resolve, held.reject);
      return Promise.all([held.promise, ...around()]);
    });
    const answer = await held.promise;
    if (!answer.held) throw new Error('A reservation was refused.');
    return { ms, reservation: answer.reservation };
  };
  const reserved = async (others: boolean) => {
    const { ms, reservation } = await reserve(others);
    // Left open, it would make the item larger for all that follow.
    await budgets.settle(reservation, COST);
    return ms;
  };
  const settled = async (others: boolean) => {
    const { reservation } = await reserve(others);
    return timed(() => budgets.settle(reservation, COST));
  };
  const all = async () => {
    let release = async (): Promise<void> => {};
    const slot = async () => {
      const taken = await slots.take('time', `holder-${(holders += 1)}`, 100, ENDLESS);
      if (taken.held) release = () => taken.release();
    };
    const around = () => [slot(), ...['tenant', 'key', 'user', 'tokens'].map(take)];
    const { ms, reservation } = await reserve(true, around);
    await Promise.all([release(), budgets.settle(reservation, COST)]);
    return ms;
  };
  return new Map([
    [BARE, { writes: 1, step: () => timed(() => ledger.update(bare, { set: { a: n(1) } }, { lacks: ['b'] })) }],
    ['reserve: tenant', { writes: 1, step: () => reserved(false) }],
    ['reserve: tenant, then key and user', { writes: 3, step: () => reserved(true) }],
    ['the same beside four buckets and a slot', { writes: 8, step: all }],
    ['settle: tenant', { writes: 1, step: () => settled(false) }],
    ['settle: key and user, then tenant', { writes: 3, step: () => settled(true) }],
  ]);
};

/** Measures what admission and settling take, against the plainest write in the same rounds. */
export const admissionTime = async (endpoint: string): Promise<Section> => {
  await using ledger = await openLedger(endpoint);
  const steps = stepsOn(ledger);
  const times = new Map<string, number[]>([...steps.keys()].map((name) => [name, []]));
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1)
    for (const [name, { step }] of steps) {
      const ms = await step();
      if (round >= WARM_UP) times.get(name)?.push(ms);
    }
  const medianOf = (name: string) => median(times.get(name) ?? []);
  return {
    title: 'Admission of a run, in time',
    columns: ['', 'writes', 'median, ms', `of ${BARE}`],
    rows: [...steps].map(([name, { writes }]) => [
      name,
      String(writes),
      medianOf(name).toFixed(2),
      (medianOf(name) / medianOf(BARE)).toFixed(2),
    ]),
    meaning:
      `One caller, one client, the embedded engine in memory; medians of ${ROUNDS}, all lines by turns. The engine works ` +
      'through its writes one after the other, so that here also those cost time that are sent together; on AWS a line ' +
      'costs its round trips: one, two, two, one, two.',
    breaches: [],
  };
};
