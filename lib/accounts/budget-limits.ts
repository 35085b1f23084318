import type { Limits } from '../budget/account.ts';
import { parseUsd, type PicoUsd } from '../kernel/money.ts';
import type { Tenant } from '../tenants/types.ts';

/** A setting of money as an amount; `null`: no limit. */
export const limitIn = (usd: string | null): PicoUsd | null => (usd === null ? null : parseUsd(usd));

/** What a tenant may spend. */
export const limitsOf = ({ dailyBudgetUsd, monthlyBudgetUsd }: Tenant): Limits => ({
  day: limitIn(dailyBudgetUsd),
  month: limitIn(monthlyBudgetUsd),
});
