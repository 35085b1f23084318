import { createBooksOfRun } from '../../accounts/books-of-run.ts';
import { limitsOf } from '../../accounts/budget-limits.ts';
import { type BudgetView, viewBudget } from '../../budget/view.ts';
import { createEraseEnded } from '../../durable-run/erase-ended.ts';
import { failRun, type LostEnd } from '../../durable-run/lost/fail-run.ts';
import { createSweepRuns } from '../../durable-run/sweep-runs.ts';
import { createUserErasures } from '../../end-users/erasures.ts';
import { lazy } from '../../kernel/caching/lazy.ts';
import { parseUsd } from '../../kernel/money.ts';
import type { App } from '../app.ts';
import { durableRunsOf } from './durable-runs.ts';
import { runStoresOf } from './run-stores.ts';

export interface RunSweeping {
  readonly sweepRuns: () => Promise<void>;
  /** Ends the run of an execution that ended without ending it. */
  readonly failRun: (runId: string, how: LostEnd) => Promise<void>;
}

/** Neither leaves the other too little of the function's time, nor keeps it from its work by failing. Rejects as the first does. */
export const sideBySide = async (...acts: readonly (() => Promise<void>)[]): Promise<void> => {
  const done = await Promise.allSettled(acts.map((act) => act()));
  for (const each of done) if (each.status === 'rejected') throw each.reason;
};

/** What makes up for processes that died, over an app's own stores; no I/O happens here. */
export const runSweepingOf = (app: App): RunSweeping => {
  const { clock, emit, config, core } = app;
  const { stores } = core;
  const { runs, executions, left, announce, startRuns } = durableRunsOf(app);
  const { inbox, eventLog, active, erasures, eraseContent } = runStoresOf(app);
  const booksOf = createBooksOfRun({ store: stores.budgets, usage: stores.usage, clock });
  const ending = { clock, emit, runs, inbox, eventLog, booksOf, left, announce };
  const eraseEnded = createEraseEnded({ clock, emit, active, runs, erasures, eraseContent });
  const userErasures = createUserErasures(stores.runsTable);
  // In most minutes none is due.
  const loadEraseUsers = lazy(async () => (await import('./user-erasing.ts')).userErasingOf(app));
  const eraseUsers = async (): Promise<void> => {
    if ((await userErasures.due(clock.now())).length > 0) await (await loadEraseUsers())();
  };
  const sweep = createSweepRuns({
    ...ending,
    active,
    executions,
    startRuns,
    findTenant: (tenantId) => stores.tenants.find(tenantId),
    stuckAfterMs: config.RUN_STUCK_MS,
    async hasRoom(tenant, needsUsd) {
      const { day, month } = await viewBudget(stores.budgets, tenant.tenantId, limitsOf(tenant), clock.now());
      const fits = ({ remainingUsd }: BudgetView) =>
        remainingUsd === null || parseUsd(remainingUsd) >= parseUsd(needsUsd);
      return fits(day) && fits(month);
    },
  });
  return {
    async failRun(runId, how) {
      // The event knows no tenant.
      const run = (await active.list()).find((each) => each.runId === runId);
      if (run !== undefined) await failRun(ending, run, how);
    },
    sweepRuns: () => sideBySide(sweep, eraseEnded, eraseUsers),
  };
};
