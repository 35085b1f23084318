import { expect, it } from 'vitest';
import { type Limits, NO_LIMITS, type Scope as AnyScope } from '../../lib/budget/account.ts';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { MOST_TOMBSTONES } from '../../lib/budget/fence.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import { pico, ZERO } from '../../lib/kernel/money.ts';
import { accountsOf, AMOUNT, askedOf, NOW, reservationOf } from './parts.ts';

type Scope = Exclude<AnyScope, 'stage'>;

const SPENT: Limits = { day: pico(AMOUNT - 1n), month: null };

/** What a call is told whose accounts hold nothing that was begun up to now, and of which some are spent too. */
const told = async (fencedOff: readonly Scope[], spent: readonly Scope[]) => {
  const store = createMemoryBudgetStore();
  const limitOf = (scope: Scope) => (spent.includes(scope) ? SPENT : NO_LIMITS);
  const accounts = accountsOf('acme', { tenant: NO_LIMITS, key: limitOf('key'), user: limitOf('user') });
  for (const scope of fencedOff)
    for (let each = 0; each <= MOST_TOMBSTONES; each += 1) {
      const lost = reservationOf('acme', { attemptId: `run_lost-${each}:1:1`, fenced: true });
      await store.settle(accounts[scope], lost, ZERO);
    }
  const { tenant, key, user } = accounts;
  const ask = (at: number) =>
    createBudgets(store).reserve({ reservation: askedOf('acme', { at }), tenant, others: [key, user] });
  return [await ask(NOW), await ask(NOW + 1)] as const;
};

it.each<[fencedOff: Scope[], spent: Scope[], now: object, later: object]>([
  [['tenant'], [], { held: false, why: 'fenced-off', through: NOW }, { held: true }],
  [['key'], [], { held: false, why: 'fenced-off', through: NOW }, { held: true }],
  [['key', 'user'], [], { held: false, why: 'fenced-off', through: NOW }, { held: true }],
  [['key'], ['user'], { held: false, why: 'spent' }, { held: false, why: 'spent' }],
  [['user'], ['key'], { held: false, why: 'spent' }, { held: false, why: 'spent' }],
])(
  '%j hold nothing of before and %j have spent: a call is told what lasts longer',
  async (fencedOff, spent, now, later) => {
    const [first, second] = await told(fencedOff, spent);
    expect(first).toMatchObject(now);
    expect(second).toMatchObject(later);
    if (second.held) expect(second.reservation).not.toHaveProperty('unheld');
  },
);
