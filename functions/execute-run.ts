import { type DurableContext, withDurableExecution } from '@aws/durable-execution-sdk-js';
import type { Context } from 'aws-lambda';
import { type App, app } from '../lib/app/app.ts';
import { type RunWorkers, runWorkersOf } from '../lib/app/runs/run-worker.ts';
import type { RunWorker } from '../lib/durable-run/worker/execute-run.ts';
import { runKeyIn } from '../lib/durable-run/worker/execution-input.ts';
import { invocationOf } from '../lib/durable-run/worker/invocation.ts';
import { lazy } from '../lib/kernel/caching/lazy.ts';
import { label, safe } from '../lib/kernel/redacted.ts';
import { observedInvocation } from '../lib/middleware/observed-event.ts';

type Parts = Pick<App, 'log' | 'clock' | 'flush' | 'anthropicKey'> & RunWorkers;

/** Each invocation of a run's durable execution: replays the run, and works on until it ends or has to wait. */
export const executeRun = (parts: Parts) => {
  const workers = new WeakMap<Context, RunWorker>();
  const work = async (_input: unknown, context: DurableContext) => {
    await workers.get(context.lambdaContext)?.work(context);
    return null;
  };
  // The client that it would make for itself signs by the first credentials for ever.
  const durable = lazy(async () => withDurableExecution(work, { client: await parts.openJournal() }));
  return observedInvocation(parts, 'execute-run', async (event: unknown, context: Context) => {
    const { clock, openWorker, anthropicKey, flush, log } = parts;
    const key = runKeyIn(event);
    // To fail would be tried again, and end as a dead letter: it never becomes a run.
    if (key === null) {
      log.warn(safe`an event that is no run was left alone`, { function: label('execute-run') });
      return null;
    }
    const invocation = invocationOf(
      () => context.getRemainingTimeInMillis(),
      () => clock.monotonicMs(),
    );
    // A key that is missing or cannot be read is an error of the model calls, which know what to do.
    await anthropicKey.get().catch(() => undefined);
    const worker = await openWorker(key, invocation);
    workers.set(context, worker);
    try {
      return await (
        await durable()
      )(event as never, context);
    } finally {
      // The run's hooks are told at its own end, not at another one's.
      try {
        await worker.close();
      } finally {
        await flush(key.runId);
      }
    }
  });
};

export const handler = executeRun({ ...app, ...runWorkersOf(app) });
