import { bookedName, type Pseudonym, pseudonymOf } from '../../kernel/ids/pseudonym.ts';
import { formatUsd } from '../../kernel/money.ts';
import { label, safe } from '../../kernel/redacted.ts';
import type { BallastEvent, Listener } from '../events.ts';
import type { LogFields } from '../log.ts';
import { NO_MODEL_USE, withAttempt } from './model-use.ts';
import type { WorkContext, WorkContexts } from './work-context.ts';

type Refused = Extract<BallastEvent, { readonly type: 'limit.refused' | 'budget.refused' }>;

/** Which limit said no, and of a budget whose and how much. Who was refused is in the line as it is. */
const refusalIn = (event: Refused): LogFields => {
  const shadow = event.shadow ? { shadow: true } : {};
  if (event.type === 'limit.refused') return { limit: event.limit, ...shadow };
  const { scope, period, limitUsd, usedUsd, reservedUsd, askedUsd } = event;
  return { limit: safe`budget`, scope, period, limitUsd, usedUsd, reservedUsd, askedUsd, ...shadow };
};

/** Adds to the work under way what happens in it: which run it is, what refused it, and what its model calls come to. */
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
    if (event.type === 'run.started') {
      work.runId = event.runId;
      work.agent = event.agent;
    }
    if (event.type === 'run.degraded') work.degraded = event.servedBy;
    // The first: a fallback that is refused too asks for less than what the answer speaks of.
    if (event.type === 'limit.refused' || event.type === 'budget.refused') work.refusal ??= refusalIn(event);
  };

/** The same of what is stored: a run, or a conversation. */
export const attributeStored = (
  work: WorkContext | undefined,
  { agent, userId }: { readonly agent?: string | undefined; readonly userId: Pseudonym | null },
): void => {
  if (work === undefined) return;
  if (agent !== undefined) work.agent = label(agent);
  if (userId !== null) work.user = label(bookedName(userId));
};

/** Says of the work under way for which agent and which end user it is; `null`: none was named. Without work: nothing. */
export const attributeWork = (
  work: WorkContext | undefined,
  { agent, userId }: { readonly agent?: string | undefined; readonly userId: string | null },
): void => attributeStored(work, { agent, userId: userId === null ? null : pseudonymOf(userId) });

/** What the line of a request says of whom it asked, for whom, of what refused it, and of the models that answered. */
export const workFields = ({
  modelUse,
  degraded,
  agent,
  user,
  refusal,
}: Pick<WorkContext, 'modelUse' | 'degraded' | 'agent' | 'user' | 'refusal'>): LogFields => {
  const of = { ...(agent && { agent }), ...(user && { user }), ...(degraded && { degraded }), ...refusal };
  if (modelUse === undefined) return of;
  const { cost, attempts: modelAttempts, ...use } = modelUse;
  return { ...of, ...use, modelAttempts, costUsd: label(formatUsd(cost)) };
};
