import type { Agent } from '../agent/define/define-agent.ts';
import { directJournal } from '../agent/loop/journal.ts';
import { runPattern } from '../agent/loop/patterns/patterns.ts';
import type { RunStream } from '../agent/loop/run-stream.ts';
import { unattended } from '../agent/loop/steering.ts';
import { createTranscript } from '../agent/loop/transcript.ts';
import type { LoopParts, LoopResult, Run } from '../agent/loop/types.ts';
import { budgetOf } from '../caller/call-budget.ts';
import { asAppError } from '../kernel/errors.ts';
import type { Principal } from '../tenants/types.ts';
import type { Allowed } from './allowed-run.ts';
import type { RunClaim } from './close-run.ts';
import { degrade, hadEffects } from './degrade.ts';
import type { RunCache } from './run-cache.ts';
import { labelsOf, type RunRequest } from './run-request.ts';
import { continued } from './sessions/conversation.ts';
import type { SyncSession } from './sessions/sync-session.ts';

/** What is asked of a synchronous run, and by whom. */
export interface AskedRun {
  readonly request: RunRequest;
  readonly principal: Principal;
  /** How many other Ballasts the request has passed. Default: none. */
  readonly hops?: number;
  readonly stream: RunStream;
  /** The request's hold on its idempotency key, where it sent one: ended together with the run. */
  readonly claim: RunClaim;
}

/** A run that ended in a way nobody foresaw still ends, with its costs on the books. */
const broken = (error: unknown): LoopResult => createTranscript().failed(asAppError(error));

/** What a run has of its own, whatever it is asked. */
type Begun = Pick<Run, 'runId' | 'deadline' | 'account' | 'background' | 'admission'> & {
  readonly session: SyncSession | null;
};

/** Has the agent work on the task. */
export const makeAnswer = (
  parts: LoopParts,
  { request, principal, stream, claim, hops = 0 }: AskedRun,
  allowed: Allowed,
  { session, ...begun }: Begun,
): Promise<LoopResult> => {
  const { tenant, tenantId, keyId } = principal;
  const userId = request.userId ?? null;
  return runPattern(parts, {
    ...allowed,
    ...begun,
    tenantId,
    keyId,
    userId,
    labels: labelsOf(request),
    hops,
    stream,
    maxRetries: tenant.maxRetries,
    budget: budgetOf(principal, userId),
    journal: directJournal(begun.deadline),
    steering: unattended,
    beforeEffects: () => claim?.markEffects() ?? Promise.resolve(),
    ...(session === null
      ? { messages: [...(request.messages ?? []), { role: 'user', content: request.task }] }
      : continued(session.earlier, request, allowed)),
  }).catch(broken);
};

/** What the caller gets of how the run ended, heard as a stream too: what no model of this run has said is new there. */
export const answerFor = (
  ended: LoopResult,
  agent: Agent,
  cache: Pick<RunCache, 'stale' | 'state'>,
  { stream }: Pick<AskedRun, 'stream'>,
): LoopResult => {
  const { fallbackMessage } = agent;
  const result = degrade(ended, { stale: cache.stale, fallbackMessage, hadEffects: hadEffects(ended, agent) });
  if (result !== ended) stream.reset();
  if (result !== ended || cache.state === 'hit') stream.text(result.output);
  return result;
};
