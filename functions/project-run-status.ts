import { app } from '../lib/app/app.ts';
import { type RunSweeping, runSweepingOf } from '../lib/app/runs/run-sweeping.ts';
import { lostExecution } from '../lib/durable-run/execution-status.ts';
import { observedEvent, type ObservedEventOptions } from '../lib/middleware/observed-event.ts';

type Parts = ObservedEventOptions & Pick<RunSweeping, 'failRun'>;

/** At each change of an execution's status, at least once and in any order: ends the run of one that could not end it. */
export const projectRunStatus = (parts: Parts) =>
  observedEvent(parts, 'project-run-status', async (event) => {
    const lost = lostExecution(event);
    if (lost !== null) await parts.failRun(lost.runId, lost.how);
  });

export const handler = projectRunStatus({ ...app, ...runSweepingOf(app) });
