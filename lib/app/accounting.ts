import { type Accounting, createAccounting } from '../accounts/accounting.ts';
import { alertingOf } from './alerting.ts';
import type { App } from './app.ts';
import { longestCallMs } from './settings.ts';

/** What is done with the books besides writing them, over an app's own stores. */
export const accountingOf = (app: App): Accounting => {
  const { stores, budgets } = app.core;
  const books = { ...stores, store: stores.budgets, budgets, tools: stores.toolUsage };
  const { STAGE_DAILY_BUDGET_USD: stageDailyBudgetUsd } = app.config;
  const limits = { longestCallMs: longestCallMs(app.config), stageDailyBudgetUsd };
  return createAccounting({ ...alertingOf(app), ...books, ...limits });
};
