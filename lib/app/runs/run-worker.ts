import type { LambdaClient } from '@aws-sdk/client-lambda';
import { type ExecuteRunParts, openRunWorker, type RunWorker } from '../../durable-run/worker/execute-run.ts';
import type { Invocation } from '../../durable-run/worker/invocation.ts';
import { lazy } from '../../kernel/caching/lazy.ts';
import type { RunKey } from '../../runs/run-key.ts';
import { createDynamoDbRollupStore } from '../../usage/reports/rollups/dynamodb-rollup-store.ts';
import { createRollUps } from '../../usage/reports/rollups/roll-up.ts';
import type { App } from '../app.ts';
import { longestCallMs } from '../settings.ts';
import { durableRunsOf } from './durable-runs.ts';
import { runStoresOf } from './run-stores.ts';

export interface RunWorkers {
  readonly openWorker: (run: RunKey, invocation: Invocation) => Promise<RunWorker>;
  /** By which an execution keeps its journal; loaded with the first. */
  readonly openJournal: () => Promise<LambdaClient>;
}

/** What executes asynchronous runs, over an app's own stores and the wiring of its synchronous ones; no I/O happens here. */
export const runWorkersOf = (app: App): RunWorkers => {
  const { catalog, clock, config, core, contexts } = app;
  const { stores, budgets, rateLimit, slots } = core;
  const { runs, usage, toolUsage, parking, tenants } = stores;
  const { executions, left, announce } = durableRunsOf(app);
  const rollups = createDynamoDbRollupStore(stores.ledger, core.random);
  const rollUps = createRollUps({ usage, tools: toolUsage, rollups, settledAfterMs: longestCallMs(config) });
  const parts: ExecuteRunParts = {
    ...core.loopParts,
    ...core.cacheParts,
    openSessions: core.openSessions,
    putContent: core.putContent,
    ...runStoresOf(app),
    catalog,
    contexts,
    runs,
    executions,
    left,
    announce,
    rateLimit,
    slots,
    usage,
    parking,
    toolUsage,
    budgets,
    rewrite: (tenantId, at) => rollUps.rewrite(tenantId, at),
    findTenant: (tenantId) => tenants.find(tenantId),
    store: stores.budgets,
    waitMs: config.RUN_WAIT_MS,
    longestCallMs: longestCallMs(config),
  };
  const openJournal = lazy(async () => {
    const { createLambdaClient } = await import('../../durable-run/lambda-client.ts');
    return createLambdaClient(core.connectionTo('lambda'), clock);
  });
  return { openWorker: (run, invocation) => openRunWorker(parts, run, invocation), openJournal };
};
