import { createHash } from 'node:crypto';
import { answerDependsOn } from '../agent/define/answer-depends-on.ts';
import type { Agent } from '../agent/define/define-agent.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { RedactionSettings } from '../redaction/policy.ts';
import type { CachePlan } from '../run/run-cache.ts';
import type { RunRequest } from '../run/run-request.ts';
import type { Principal, Tenant } from '../tenants/types.ts';

/** What a run was submitted with: all that its workers know of the request. Plain JSON. */
export interface Submission {
  readonly request: RunRequest & {
    readonly onLimit?: 'stop' | 'pause' | undefined;
    readonly webhookUrl?: string | undefined;
  };
  /** Who asked; the tenant's settings are those of the moment in which they are used. */
  readonly principal: Omit<Principal, 'tenant'>;
  /** What the agent asked for: it holds for the run, whatever becomes of the agent. Default: written before it was kept. */
  readonly redaction?: RedactionSettings;
  readonly hops: number;
  readonly requestId: string;
  readonly traceId: string;
  /** Whether its trace is recorded. Default: not. */
  readonly sampled?: boolean | undefined;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** What a run goes by from its first step on, whatever is deployed or set meanwhile. */
export interface Snapshot {
  /** Of the agent's prompt, tools and options. */
  readonly fingerprint: string;
  readonly model: string;
  readonly standIns: readonly string[];
  /** Of the agent's, those that the tenant was allowed. Default: written before they were kept. */
  readonly tools?: readonly string[];
  readonly maxModelCalls: number;
  /** Default: it does not meet the response cache. */
  readonly cache?: CachePlan;
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

/** Changes with whatever an answer depends on, but the code of the tools. */
export const fingerprintOf = async (agent: Agent): Promise<string> =>
  createHash('sha256')
    .update(JSON.stringify(await answerDependsOn(agent)))
    .digest('base64url');

/** What the journal of a run holds is not replayed any more, so that nothing can be added to it: the run ends as it is. */
export class NotReplayable extends Error {
  readonly reason: AppError;
  constructor(reason: AppError) {
    super('not replayable');
    this.reason = reason;
  }
}

/**
 * The agent that the run began with, with the tools that it began with. Throws `NotReplayable` where it is gone, or is
 * another one: the steps of the run would mix the work of two.
 */
export const unchangedAgent = async (find: () => Agent, { fingerprint }: Snapshot): Promise<Agent> => {
  try {
    const agent = find();
    if ((await fingerprintOf(agent)) === fingerprint) return agent;
  } catch {
    // An agent that is gone is no fault of the request.
  }
  const changed = safe`The agent was changed while the run was under way. Start the run again.`;
  throw new NotReplayable(new AppError('run-conflict', changed));
};

/** The caller as the run's own limits see it: its request was counted when it was submitted, its slot is taken by its worker. */
export const workingPrincipal = (principal: Submission['principal'], tenant: Tenant): Principal => ({
  ...principal,
  keyLimits: { ...principal.keyLimits, requestsPerMinute: null },
  tenant: { ...tenant, requestsPerMinute: null, userRequestsPerMinute: null, maxConcurrentRuns: null },
});
