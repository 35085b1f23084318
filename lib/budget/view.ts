import { formatUsd, pico, type PicoUsd } from '../kernel/money.ts';
import { dayOf, type Limits, monthOf, stageAccount } from './account.ts';
import { EMPTY, type Period, type Standing, standingOf } from './balance.ts';
import { tenantMonths } from './shards/whole-month.ts';
import type { BudgetStore } from './store.ts';

/** One period of a tenant's budget, as the contract shows it. */
export interface BudgetView {
  readonly limitUsd: string | null;
  readonly spentUsd: string;
  readonly reservedUsd: string;
  readonly remainingUsd: string | null;
  /** What is spent at its end if the rest of it is like what has passed; `null`: too little has. */
  readonly forecastUsd: string | null;
  /** ISO 8601 UTC. */
  readonly resetsAt: string;
}

/** A period, in epoch milliseconds, and how much of it must have passed before it says what is to come. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly leastMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What was spent by `now`, at the mean rate of the period so far, to its end. */
export const forecastOf = (spent: PicoUsd, { from, to, leastMs }: Span, now: number): PicoUsd | null =>
  now - from < leastMs ? null : pico((spent * BigInt(to - from)) / BigInt(now - from));

/** What is spent at the end of the UTC day if it goes on as by `now`; `null` in its first hour. */
export const dayForecastOf = (spent: PicoUsd, now: number): PicoUsd | null => {
  const from = now - (now % DAY_MS);
  return forecastOf(spent, { from, to: from + DAY_MS, leastMs: HOUR_MS }, now);
};

const view = ({ limit, spent, reserved, remaining }: Standing, span: Span, now: number): BudgetView => {
  const forecast = forecastOf(spent, span, now);
  return {
    limitUsd: limit === null ? null : formatUsd(limit),
    spentUsd: formatUsd(spent),
    reservedUsd: formatUsd(reserved),
    remainingUsd: remaining === null ? null : formatUsd(remaining),
    forecastUsd: forecast === null ? null : formatUsd(forecast),
    resetsAt: new Date(span.to).toISOString(),
  };
};

/** The day and the month of a budget. */
export interface BudgetViews {
  readonly day: BudgetView;
  readonly month: BudgetView;
}

/** Both periods of a budget as the contract shows them at an instant (epoch milliseconds). */
export const viewStandings = ({ day, month }: Readonly<Record<Period, Standing>>, now: number): BudgetViews => {
  const at = new Date(now);
  const [year, monthIndex] = [at.getUTCFullYear(), at.getUTCMonth()];
  const date = at.getUTCDate();
  const [today, tomorrow] = [Date.UTC(year, monthIndex, date), Date.UTC(year, monthIndex, date + 1)];
  const [first, next] = [Date.UTC(year, monthIndex, 1), Date.UTC(year, monthIndex + 1, 1)];
  return {
    day: view(day, { from: today, to: tomorrow, leastMs: HOUR_MS }, now),
    month: view(month, { from: first, to: next, leastMs: 24 * HOUR_MS }, now),
  };
};

/** Where a tenant stands at an instant (epoch milliseconds), read strongly. */
export const viewBudget = async (
  store: Pick<BudgetStore, 'months'>,
  tenantId: string,
  limits: Limits,
  now: number,
): Promise<BudgetViews> => {
  const name = monthOf(now);
  const [found] = await tenantMonths(store, tenantId, name, name);
  return viewStandings(standingOf(found ?? EMPTY, dayOf(now), limits), now);
};

/** Where all tenants together stand today, read strongly; `null`: the stage has no budget of a day, so that nothing is counted. */
export const viewStageDay = async (
  store: Pick<BudgetStore, 'months'>,
  limit: PicoUsd | null,
  now: number,
): Promise<BudgetView | null> => {
  if (limit === null) return null;
  const [name, stage] = [monthOf(now), stageAccount({ day: limit, month: null })];
  const [found] = await store.months(stage, name, name);
  return viewStandings(standingOf(found ?? EMPTY, dayOf(now), stage.limits), now).day;
};
