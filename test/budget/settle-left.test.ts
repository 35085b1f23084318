import { describe, expect, it } from 'vitest';
import { settleAbandoned } from '../../lib/accounts/settle-abandoned.ts';
import { NO_LIMITS, tenantAccount } from '../../lib/budget/account.ts';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import type { Reservation } from '../../lib/budget/reservation.ts';
import type { BudgetStore } from '../../lib/budget/store.ts';
import { storeUnavailable } from '../../lib/dynamodb/failure.ts';
import { closeBooks } from '../../lib/model-call/booking/settle-attempt.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { createMemoryUsageStore } from '../../lib/usage/memory-store.ts';
import { answered } from '../dynamodb/faulty-client.ts';
import { AMOUNT, askedOf, BILL, NOTHING_PARKED, NOW, promptClock, recordOf, reservationOf } from './parts.ts';

const throttled = () => Promise.reject(storeUnavailable(answered(400, 'ThrottlingException')));
const away = () => Promise.reject(storeUnavailable(answered(500, 'InternalServerError')));

const held = ['1', '2'].map((id) => reservationOf('acme', { attemptId: `run_held-${id}:1:1` }));
const unheld = ['1', '2'].map((id) => reservationOf('acme', { attemptId: `run_unheld-${id}:1:1`, unheld: true }));
const settlements = [...unheld, ...held].map((reservation) => ({ reservation, actual: BILL }));

describe('many that are settled at a time', () => {
  const settleAll = async (over: Partial<BudgetStore> = {}) => {
    const memory = createMemoryBudgetStore();
    for (const each of held) await memory.reserve(tenantAccount('acme'), each);
    const done: string[] = [];
    const store: BudgetStore = { ...memory, ...over };
    const noted: BudgetStore = {
      ...store,
      settleAll: (...asked) => (done.push('held'), store.settleAll(...asked)),
      add: (...asked) => (done.push('unheld'), store.add(...asked)),
    };
    const settled = await createBudgets(noted).settleAll(settlements);
    return { done, settled: settled.map(({ reservation: { attemptId } }) => attemptId.split(':')[0]) };
  };

  it('free the item of what it holds first: what nobody held is a write each, for which there may be no time', async () => {
    expect(await settleAll()).toEqual({
      done: ['held', 'unheld', 'unheld'],
      settled: ['run_unheld-1', 'run_unheld-2', 'run_held-1', 'run_held-2'],
    });
  });

  it('are added although nothing that is held could be settled, and the other way round', async () => {
    expect((await settleAll({ settleAll: throttled })).settled).toEqual(['run_unheld-1', 'run_unheld-2']);
    expect((await settleAll({ add: throttled })).settled).toEqual(['run_held-1', 'run_held-2']);
    await expect(settleAll({ settleAll: throttled, add: throttled })).rejects.toMatchObject({
      code: 'store-unavailable',
    });
  });
});

it('a refusal that went out twice is given back where its tombstone is throttled, which proves nothing of the first copy', async () => {
  const memory = createMemoryBudgetStore({ maxOpen: 0 });
  const given: Reservation[] = [];
  const budgets = createBudgets({
    ...memory,
    reserve: async (...asked) => ({ ...(await memory.reserve(...asked)), repeated: true }),
    settle: throttled,
  });
  const asking = budgets.reserve({
    reservation: askedOf('acme'),
    tenant: tenantAccount('acme', { ...NO_LIMITS, day: AMOUNT }),
    others: [],
    giveBack: (each) => given.push(each),
  });
  await expect(asking).rejects.toMatchObject({ code: 'store-unavailable' });
  expect(given).toMatchObject([{ attemptId: 'run_01:1:1', fenced: true }]);
});

it('an unheld call that was never sent is withdrawn where its note could not be ended, and is not booked as lost', async () => {
  const done: string[] = [];
  const note = (name: string) => async () => void done.push(name);
  const calls = { begin: note('begin'), end: away, remove: note('remove'), withdraw: note('withdraw') };
  const events: BallastEvent[] = [];
  const parts = {
    budgets: createBudgets(createMemoryBudgetStore(), calls),
    usage: createMemoryUsageStore(),
    emit: (event: BallastEvent) => events.push(event),
    clock: promptClock,
    parking: { ...NOTHING_PARKED, park: note('park') },
  };
  await closeBooks(parts, reservationOf('acme', { unheld: true }), null).ended;
  expect(done).toEqual(['park', 'withdraw']);
  expect(events).toMatchObject([{ type: 'budget.delayed' }]);
  // What was sent is on the books by then, and its note says what is to be taken away later.
  done.length = 0;
  const sent = reservationOf('acme', { attemptId: 'run_02:1:1', unheld: true });
  await closeBooks(parts, sent, recordOf(sent, BILL)).ended;
  expect(done).toEqual([]);
});

describe('what is told of a call that nobody held and a process left', () => {
  const left = reservationOf('acme', { unheld: true });
  const lost = { ...recordOf(left, AMOUNT), estimated: 'lost' as const, answered: false };

  it.each([
    ['lost where a pass that broke off has written its record already', lost, 'lost'],
    ['lost where nobody has', null, 'lost'],
    ['recorded where its process had written its record', recordOf(left, BILL), 'recorded'],
  ] as const)('is %s', async (_, found, outcome) => {
    const events: BallastEvent[] = [];
    const usage = createMemoryUsageStore();
    if (found !== null) await usage.add(found);
    const parts = {
      budgets: createBudgets(createMemoryBudgetStore()),
      usage,
      emit: (event: BallastEvent) => events.push(event),
      rewrite: async () => undefined,
      longestCallMs: 1_000,
      parking: { ...NOTHING_PARKED, claim: async () => true },
    };
    const waiting =
      found === null
        ? { abandoned: [left], parked: [] }
        : { abandoned: [], parked: [{ reservation: left, record: lost }] };
    expect(await settleAbandoned(parts, 'acme', { ...waiting, now: NOW })).toEqual({ settled: 1, failures: [] });
    expect(events).toMatchObject([{ type: 'budget.reconciled', outcome }]);
  });
});
