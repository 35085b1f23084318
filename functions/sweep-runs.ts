import { app } from '../lib/app/app.ts';
import { type RunSweeping, runSweepingOf } from '../lib/app/runs/run-sweeping.ts';
import { observedEvent, type ObservedEventOptions } from '../lib/middleware/observed-event.ts';

type Parts = ObservedEventOptions & Pick<RunSweeping, 'sweepRuns'>;

/** Each minute: starts, wakes and ends the asynchronous runs for which a process died that should have. */
export const sweepRuns = (parts: Parts) => observedEvent(parts, 'sweep-runs', () => parts.sweepRuns());

export const handler = sweepRuns({ ...app, ...runSweepingOf(app) });
