import { parseUsd, ZERO } from '../../../lib/kernel/money.ts';
import { type Books, expectStatus, MARK } from './check.ts';
import type { Stage } from './stage.ts';

interface Budget {
  readonly month: { readonly spentUsd: string; readonly resetsAt: string };
}

interface Usage {
  readonly totals: { readonly costUsd: string };
  readonly groups: readonly { readonly key: string; readonly requests: number; readonly costUsd: string }[];
}

/** Reads both; `nonce` is that of the smoke test. */
export const readBooks = async (stage: Stage, nonce: string): Promise<Books> => {
  const budget = await stage.ask('/usage/budget');
  expectStatus(budget, 200, 'GET /usage/budget');
  const usage = await stage.ask(`/usage?groupBy=metadata.${MARK}&limit=10000`);
  expectStatus(usage, 200, 'GET /usage');
  const { month } = budget.json as Budget;
  const { totals, groups } = usage.json as Usage;
  const own = groups.find(({ key }) => key === nonce);
  return {
    month: month.resetsAt,
    spent: parseUsd(month.spentUsd),
    used: parseUsd(totals.costUsd),
    runs: { count: own?.requests ?? 0, cost: own === undefined ? ZERO : parseUsd(own.costUsd) },
  };
};
