import { toolParams } from '../agent/define/tool-schema.ts';
import { createTranscript } from '../agent/loop/transcript.ts';
import type { LoopResult, RunStop } from '../agent/loop/types.ts';
import type { Deadline } from '../kernel/deadline.ts';
import { label } from '../kernel/redacted.ts';
import { fault } from '../model-call/faults.ts';
import type { FaultKind } from '../model-call/types.ts';
import { cacheLifetime } from '../response-cache/decision.ts';
import { type CacheKey, cacheKey } from '../response-cache/key.ts';
import type { ResponseCache } from '../response-cache/response-cache.ts';
import type { TraceStep } from '../runs/types.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Principal } from '../tenants/types.ts';
import type { Allowed } from './allowed-run.ts';
import type { EarlierAnswer } from './degrade.ts';
import type { RunRequest } from './run-request.ts';

export interface RunCacheParts {
  readonly cache: ResponseCache;
  /** How long an answer is fresh where a request asks for the cache and neither its agent nor its tenant says how long. */
  readonly cacheTtlSeconds: number;
  /** Who answers: a simulation's answers are not to be told for the provider's. */
  readonly provider: string;
  readonly emit: Emit;
}

export interface CacheableCall {
  readonly allowed: Allowed;
  readonly request: RunRequest;
  readonly principal: Principal;
  readonly deadline: Deadline;
  /** Called once where another request is just making the answer, and has to be waited for. */
  readonly onWait: () => void;
}

/** What the cache means for one run. */
export interface RunCache {
  /** As the answer says it. */
  readonly state: 'hit' | 'miss' | 'bypass';
  /** How the run ends without a model; `null`: it has to be made. */
  readonly found: LoopResult | null;
  /** An answer that is no longer fresh. */
  readonly stale: EarlierAnswer | null;
  /** Keeps the answer for others where it may be kept, and tells those who wait. Never rejects. */
  end(result: LoopResult): Promise<void>;
}

/** Of how answers are cleaned before they are kept: raised when that changes. */
const POLICY_VERSION = '1';

const BYPASSED: RunCache = { state: 'bypass', found: null, stale: null, end: async () => {} };

const keyOf = async ({ allowed, request, principal }: CacheableCall, provider: string): Promise<CacheKey> => {
  const { agent, model } = allowed;
  const { maxOutputTokens, maxToolOutputChars, pattern, maxRounds } = agent;
  return cacheKey(principal.tenant, {
    agent: { name: agent.name, version: agent.version },
    model,
    parameters: { provider, maxOutputTokens, maxToolOutputChars, pattern, maxRounds },
    system: agent.system,
    tools: await toolParams(agent),
    messages: request.messages ?? [],
    task: request.task,
    policyVersion: POLICY_VERSION,
    userId: agent.cache?.perUser === true ? (request.userId ?? null) : null,
  });
};

/** What of an answer is given again. */
interface Kept {
  readonly output: string;
  readonly model: string | null;
  readonly stop: RunStop;
}

const WHOLE: ReadonlySet<RunStop> = new Set<RunStop>(['end_turn', 'stop_sequence']);

/** What a tool said, rather than that it could not: an outage must not be told for an hour after its end. */
const isToolsOwnWord = ({ error }: TraceStep): boolean =>
  error === undefined || error.code === 'declined' || error.code === 'invalid-input';

/** Ends that say something about the run's caller and its limits, and nothing about the answer. */
const OWN_STOPS: ReadonlySet<RunStop> = new Set<RunStop>(['deadline', 'max_cost', 'budget', 'max_model_calls']);
const OWN_FAULTS: ReadonlySet<FaultKind> = new Set<FaultKind>(['deadline', 'cancelled', 'run-cost', 'refused']);

const isCallersOwn = ({ ending, lastFault }: LoopResult): boolean =>
  'stop' in ending ? OWN_STOPS.has(ending.stop) : lastFault !== null && OWN_FAULTS.has(lastFault);

/** The text to be kept; `null` where the answer is not whole, not as asked for, or holds what a tool said for this caller and moment. */
const keptText = ({ ending, output, answeredBy, degraded, steps }: LoopResult, { agent }: Allowed): string | null => {
  if (!('stop' in ending) || !WHOLE.has(ending.stop) || degraded !== null) return null;
  const mayStay = (step: TraceStep): boolean =>
    step.kind !== 'tool' || (agent.tools.get(step.name)?.cacheable === true && isToolsOwnWord(step));
  return steps.every(mayStay) ? JSON.stringify({ output, model: answeredBy, stop: ending.stop } satisfies Kept) : null;
};

const readKept = (text: string): EarlierAnswer => {
  const { output, model, stop } = JSON.parse(text) as Kept;
  return { ending: { stop }, output, answeredBy: model };
};

/** Looks for an answer to the same question; where another request is just making it, waits for that until its own deadline. */
export const openRunCache = async (
  { cache, cacheTtlSeconds, provider, emit }: RunCacheParts,
  call: CacheableCall,
): Promise<RunCache> => {
  const { allowed, request, principal, deadline, onWait } = call;
  const { agent } = allowed;
  const lifetime = cacheLifetime({
    asked: request.cache,
    agentTtlSeconds: agent.cache?.ttlSeconds ?? null,
    tenantTtlSeconds: principal.tenant.cacheTtlSeconds,
    stageTtlSeconds: cacheTtlSeconds,
  });
  // Nobody's own answers would be everybody's.
  const isNobodys = agent.cache?.perUser === true && request.userId === undefined;
  if (lifetime.mode === 'bypass' || isNobodys) return BYPASSED;
  const look = await cache.open(await keyOf(call, provider), { ...lifetime, deadline, onWait });
  const told = (outcome: string) => emit({ type: 'cache.looked', agent: label(agent.name), outcome: label(outcome) });
  if (look.kind === 'hit') {
    told(look.shared ? 'shared' : 'hit');
    const { ending, ...answer } = readKept(look.answer.body);
    return { ...BYPASSED, state: 'hit', found: { ...createTranscript().ended(ending.stop), ...answer } };
  }
  told(look.kind === 'miss' && look.failed ? 'failed' : 'miss');
  if (look.kind === 'stopped') {
    const { error } = fault(deadline.stoppedBy ?? 'deadline');
    return { ...BYPASSED, state: 'miss', found: createTranscript().failed(error) };
  }
  const { stale, flight } = look;
  return {
    state: 'miss',
    found: null,
    stale: stale && readKept(stale.body),
    end(result) {
      const text = keptText(result, allowed);
      if (text !== null) return flight.store(text);
      return isCallersOwn(result) ? flight.free() : flight.unstorable();
    },
  };
};
