import { answerDependsOn } from '../agent/define/answer-depends-on.ts';
import type { Agent } from '../agent/define/define-agent.ts';
import { createTranscript } from '../agent/loop/transcript.ts';
import type { LoopResult } from '../agent/loop/types.ts';
import type { Deadline } from '../kernel/deadline.ts';
import { label } from '../kernel/redacted.ts';
import { fault } from '../model-call/faults.ts';
import { type CacheLifetime, cacheLifetime } from '../response-cache/decision.ts';
import type { Flight } from '../response-cache/flights.ts';
import { type CacheKey, cacheKey } from '../response-cache/key.ts';
import type { OpenOptions, ResponseCache } from '../response-cache/response-cache.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Principal } from '../tenants/types.ts';
import type { Allowed } from './allowed-run.ts';
import type { EarlierAnswer } from './degrade.ts';
import type { RunRequest } from './run-request.ts';
import { answeredAgain, endFlight, readKept } from './stored-answer.ts';

export interface RunCacheParts {
  readonly cache: ResponseCache;
  /** How long an answer is fresh where a request asks for the cache and neither its agent nor its tenant says how long. */
  readonly cacheTtlSeconds: number;
  /** Who answers: a simulation's answers are not to be told for the provider's. */
  readonly provider: string;
  readonly emit: Emit;
}

/** What is asked, by whom. */
export interface CachedQuestion {
  readonly allowed: Pick<Allowed, 'agent' | 'model'>;
  readonly request: RunRequest;
  readonly principal: Principal;
  /** What is replaced in its answer: one that was kept under another policy is not given. */
  readonly redaction: string;
}

export interface CacheableCall {
  readonly deadline: Deadline;
  /** Called once where another request is just making the answer, and has to be waited for. */
  readonly onWait: () => void;
}

/** What the cache means for one run. */
export interface RunCache {
  /** As the answer says it. */
  readonly state: 'hit' | 'miss' | 'bypass';
  /** What it looked under; not there where it did not look. */
  readonly key?: CacheKey;
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

const keyOf = async (
  { allowed, request, principal, redaction }: CachedQuestion,
  provider: string,
): Promise<CacheKey> => {
  const { agent, model } = allowed;
  return cacheKey(principal.tenant, {
    agent: await answerDependsOn(agent),
    provider,
    model,
    messages: request.messages ?? [],
    task: request.task,
    policyVersion: redaction === '' ? POLICY_VERSION : `${POLICY_VERSION}:${redaction}`,
    userId: agent.cache?.perUser === true ? (request.userId ?? null) : null,
  });
};

/** How a run meets the cache, fixed when it begins: plain JSON. */
export type CachePlan = Exclude<CacheLifetime, { mode: 'bypass' }> & {
  readonly key: CacheKey;
} & Pick<CachedQuestion, 'redaction'>;

/** `null`: it does not meet it. */
export const planCache = async (
  { cacheTtlSeconds, provider }: Pick<RunCacheParts, 'cacheTtlSeconds' | 'provider'>,
  call: CachedQuestion,
): Promise<CachePlan | null> => {
  const { allowed, request, principal } = call;
  const { agent } = allowed;
  const lifetime = cacheLifetime({
    asked: request.cache,
    agentTtlSeconds: agent.cache?.ttlSeconds ?? null,
    tenantTtlSeconds: principal.tenant.cacheTtlSeconds,
    stageTtlSeconds: cacheTtlSeconds,
  });
  // Nobody's own answers would be everybody's.
  const isNobodys = agent.cache?.perUser === true && request.userId === undefined;
  return lifetime.mode === 'bypass' || isNobodys
    ? null
    : { ...lifetime, key: await keyOf(call, provider), redaction: call.redaction };
};

/** What is found under a plan's key. */
export type CacheLook =
  | { readonly kind: 'hit'; readonly found: EarlierAnswer }
  /** To be made; the flight has to be ended. */
  | { readonly kind: 'miss'; readonly stale: EarlierAnswer | null; readonly flight: Flight }
  /** The wait for another's answer was over before it came. */
  | { readonly kind: 'stopped' };

/** Looks for an answer to the same question, or waits for one that is just being made. Never rejects. */
export const lookInCache = async (
  { cache, emit }: Pick<RunCacheParts, 'cache' | 'emit'>,
  agent: string,
  { key, mode, ttlSeconds }: CachePlan,
  waiting: Pick<OpenOptions, 'deadline' | 'forMs' | 'onWait'>,
): Promise<CacheLook> => {
  const look = await cache.open(key, { mode, ttlSeconds, ...waiting });
  const told = (outcome: string) => emit({ type: 'cache.looked', agent: label(agent), outcome: label(outcome) });
  if (look.kind === 'hit') {
    told(look.shared ? 'shared' : 'hit');
    return { kind: 'hit', found: readKept(look.answer.body) };
  }
  told(look.kind === 'miss' && look.failed ? 'failed' : 'miss');
  if (look.kind === 'stopped') return look;
  return { kind: 'miss', stale: look.stale && readKept(look.stale.body), flight: look.flight };
};

/** Looks for an answer to the same question; where another request is just making it, waits for that until its own deadline. */
export const openRunCache = async (
  parts: Pick<RunCacheParts, 'cache' | 'emit'>,
  agent: Agent,
  plan: CachePlan | null,
  { deadline, onWait }: CacheableCall,
): Promise<RunCache> => {
  if (plan === null) return BYPASSED;
  const look = await lookInCache(parts, agent.name, plan, { deadline, onWait });
  const { key } = plan;
  if (look.kind === 'hit') return { ...BYPASSED, state: 'hit', key, found: answeredAgain(look.found) };
  if (look.kind === 'stopped') {
    const { error } = fault(deadline.stoppedBy ?? 'deadline');
    return { ...BYPASSED, state: 'miss', found: createTranscript().failed(error) };
  }
  const { stale, flight } = look;
  return { state: 'miss', key, found: null, stale, end: (result) => endFlight(flight, result, agent) };
};
