import type { BillingUpstream } from './billing-upstream.ts';
import { accountsOf, type Books, monthOf } from './parts.ts';

export interface Watched {
  /** How often the item was read. */
  readonly looks: number;
  readonly violations: readonly string[];
}

export interface Watch {
  stop(): Promise<Watched>;
}

const UNLIMITED = { day: null, month: null };

/**
 * Reads a tenant's item strongly, again and again, from outside the processes that change it: spent and reserved together never exceed
 * the limit, and never fall below what the upstream had billed when the read began.
 */
export const watchTenant = (books: Books, tenantId: string, limit: bigint, { billed }: BillingUpstream): Watch => {
  const { tenant } = accountsOf(tenantId, { tenant: UNLIMITED, key: UNLIMITED, user: UNLIMITED });
  const before = billed.size;
  const billedSoFar = () => [...billed.values()].slice(before).reduce((total, cost) => total + cost, 0n);
  const violations: string[] = [];
  let looks = 0;
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      const bill = billedSoFar();
      const { day, month } = await monthOf(books, tenant);
      looks += 1;
      if (day > limit) violations.push(`${day} is above the limit of ${limit}`);
      if (day < bill) violations.push(`${day} is below the bill of ${bill}`);
      if (day !== month) violations.push(`${day} of the day is not ${month} of the month`);
    }
  })();
  return {
    async stop() {
      stopped = true;
      await watching;
      return { looks, violations };
    },
  };
};
