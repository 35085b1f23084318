import { dayOf, NO_LIMITS } from '../budget/account.ts';
import { standingOf } from '../budget/balance.ts';
import type { AccountMonth } from '../budget/store.ts';
import { dayForecastOf } from '../budget/view.ts';
import { type PicoUsd, sum } from '../kernel/money.ts';

/** What all these accounts will have spent at the end of the UTC day of `now`, together; `null` in its first hour. */
export const stageForecast = (accounts: readonly (readonly AccountMonth[])[], now: number): PicoUsd | null => {
  const day = dayOf(now);
  return dayForecastOf(sum(accounts.flat().map((month) => standingOf(month, day, NO_LIMITS).day.spent)), now);
};
