import type { Patience } from '../dynamodb/with-store-retries.ts';
import { concurrently } from '../kernel/concurrently.ts';
import { alsoHolding, homeOf } from './reservation.ts';
import type { BudgetStore, Settlement } from './store.ts';
import type { Unheld } from './unheld.ts';

/** Unheld calls of a tenant that are added at a time. */
const AT_ONCE = 8;

/** As `Budgets.settleAll`: what other accounts hold first, since the tenant's item says what is open. */
export const settleAllOf = async (
  { store, unheld }: { readonly store: Pick<BudgetStore, 'settleAll'>; readonly unheld: Pick<Unheld, 'add'> },
  all: readonly Settlement[],
  patience?: Patience,
): Promise<readonly Settlement[]> => {
  const settlements = all.filter(({ reservation }) => !reservation.unheld);
  const elsewhere = settlements.flatMap((one) => alsoHolding(one.reservation).map(({ pk }) => ({ pk, one })));
  const failed = new Set<Settlement>();
  for (const [pk, held] of Map.groupBy(elsewhere, ({ pk: of }) => of)) {
    const some = held.map(({ one }) => one);
    const done = new Set(await store.settleAll({ pk }, some, patience).catch(() => []));
    for (const one of some) if (!done.has(one)) failed.add(one);
  }
  const left = settlements.filter((settlement) => !failed.has(settlement));
  const answers = await Promise.allSettled(
    [...Map.groupBy(left, ({ reservation }) => homeOf(reservation).pk)].map(([pk, some]) =>
      store.settleAll({ pk }, some, patience),
    ),
  );
  // After those that the item holds: they make it smaller, and each of these is a write of its own.
  const added = await concurrently(
    all.filter(({ reservation }) => reservation.unheld),
    AT_ONCE,
    (one) =>
      unheld
        .add(one.reservation, one.actual, patience)
        .then(() => one)
        .catch(() => null),
  );
  const done = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const refused = answers.find((answer) => answer.status === 'rejected');
  if (refused && done.length === 0 && added.every((one) => one === null)) throw refused.reason;
  const isSettled = new Set([...done, ...added]);
  return all.filter((one) => isSettled.has(one));
};
