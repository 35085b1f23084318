import { type Executions, startingNone } from '../../durable-run/executions.ts';
import { createStartRuns, type StartRuns } from '../../durable-run/start-runs.ts';
import { lazy } from '../../kernel/caching/lazy.ts';
import { createActiveRuns } from '../../runs/active.ts';
import { createEventLog } from '../../runs/event-log.ts';
import { createInboxStore } from '../../runs/inbox/inbox.ts';
import { createRunQueue } from '../../runs/queue.ts';
import type { AsyncRunStore, RunList, RunStore } from '../../runs/types.ts';
import type { App } from '../app.ts';
import { RUN_RETENTION_MS } from '../stores.ts';

/** How what is kept of unfinished runs is kept. */
export const keptRunsOf = ({ clock, config, core: { random, stores } }: App) => ({
  table: stores.runsTable,
  clock,
  random,
  retentionMs: RUN_RETENTION_MS + config.RUN_WAIT_MS,
});

/** What a run has from its submission on, beside its row, in the same table; no I/O happens here. */
export const submittedStoresOf = (app: App) => {
  const options = keptRunsOf(app);
  return {
    inbox: createInboxStore(options),
    eventLog: createEventLog(options),
    active: createActiveRuns(options),
    queue: createRunQueue(options.table),
  };
};

/** Loaded with the first run that is started or woken. */
export const lazyExecutions = ({ config, clock, core: { connectionTo } }: App): Executions => {
  const made = lazy(async () => {
    const { createLambdaExecutions } = await import('../../durable-run/lambda-executions.ts');
    return createLambdaExecutions(config.EXECUTE_RUN_FUNCTION, connectionTo('lambda'), clock);
  });
  const executions: Executions = {
    start: async (run) => (await made()).start(run),
    wake: async (callbackId) => (await made()).wake(callbackId),
  };
  return config.REFUSE_PAID_CALLS === 'true' ? startingNone(executions) : executions;
};

export interface RunStarting {
  readonly runs: RunStore & AsyncRunStore & RunList;
  readonly executions: Executions;
  readonly startRuns: StartRuns;
}

/** What starts asynchronous runs, over an app's own stores and the wiring of its synchronous ones; no I/O happens here. */
export const runStartingOf = (app: App): RunStarting => {
  const { clock, emit, core } = app;
  const { stores, slots, openSessions } = core;
  const { runs } = stores;
  const { inbox, queue } = submittedStoresOf(app);
  const executions = lazyExecutions(app);
  const startRuns = createStartRuns({ clock, emit, executions, queue, runs, inbox, slots, openSessions });
  return { runs, executions, startRuns };
};
