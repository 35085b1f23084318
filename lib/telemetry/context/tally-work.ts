import { formatUsd } from '../../kernel/money.ts';
import { label } from '../../kernel/redacted.ts';
import type { Listener } from '../events.ts';
import type { LogFields } from '../log.ts';
import { NO_MODEL_USE, withAttempt } from './model-use.ts';
import type { WorkContext, WorkContexts } from './work-context.ts';

/** Adds to the work under way what happens in it: which run it is, and what its model calls come to. */
export const tallyWork =
  (contexts: Pick<WorkContexts, 'current' | 'elapsedMs'>): Listener =>
  (event) => {
    const work = contexts.current();
    if (work === undefined) return;
    if (event.type === 'model.attempted') {
      // A call of the gateway has its attempts on the books under this id, and nothing else says so.
      if (work.runId === undefined) work.callId = event.runId;
      work.modelUse = withAttempt(work.modelUse ?? NO_MODEL_USE, event, contexts.elapsedMs(work));
    }
    if (event.type === 'run.started') work.runId = event.runId;
    if (event.type === 'run.degraded') work.degraded = event.servedBy;
  };

/** What the line of a request says of the models that it asked. */
export const modelUseFields = ({ modelUse, degraded }: Pick<WorkContext, 'modelUse' | 'degraded'>): LogFields => {
  const of = degraded === undefined ? {} : { degraded };
  if (modelUse === undefined) return of;
  const { cost, attempts: modelAttempts, ...use } = modelUse;
  return { ...of, ...use, modelAttempts, costUsd: label(formatUsd(cost)) };
};
