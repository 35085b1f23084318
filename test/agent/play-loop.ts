import type { Agent } from 'ballast';
import { directJournal, type Journal, type StepContext } from '../../lib/agent/loop/journal.ts';
import { runPattern } from '../../lib/agent/loop/patterns/patterns.ts';
import { type RunStream, silentStream } from '../../lib/agent/loop/run-stream.ts';
import { type Steering, unattended } from '../../lib/agent/loop/steering.ts';
import type { LoopParts, Run } from '../../lib/agent/loop/types.ts';
import { tenantAccount } from '../../lib/budget/account.ts';
import { createAdmission } from '../../lib/caller/admission.ts';
import { UNGUARDED } from '../../lib/circuit-breaker/entry.ts';
import { createBackground } from '../../lib/kernel/background.ts';
import { createDeadline, type Deadline } from '../../lib/kernel/deadline.ts';
import type { PicoUsd } from '../../lib/kernel/money.ts';
import { createRunAccount, type RunAccount } from '../../lib/model-call/booking/run-account.ts';
import type { ModelRequest } from '../../lib/model-call/provider.ts';
import type { AttemptContext, Outcome } from '../../lib/model-call/types.ts';
import { createMemoryRateStore } from '../../lib/rate-limit/memory-store.ts';
import { createRateLimit } from '../../lib/rate-limit/rate-limit.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { createFakeClock } from '../fake-clock.ts';

/** Keeps results as JSON, and gives back those it begins with instead of making them. */
const recording = (kept: Map<string, string>, deadline: Deadline, begun: Partial<StepContext>) => {
  const names: string[] = [];
  const journal: Journal = {
    isFull: false,
    async step<T>(name: string, act: (context: StepContext) => Promise<T>) {
      names.push(name);
      const begin = (context: StepContext) => act({ ...context, ...begun });
      if (!kept.has(name)) kept.set(name, JSON.stringify(await directJournal(deadline).step(name, begin)));
      return JSON.parse(kept.get(name) ?? '') as T;
    },
  };
  return { journal, names };
};

export interface PlayOptions {
  readonly agent: Agent;
  /** What each model call of the run comes to; the number of the call in the run begins at 1. */
  readonly answer: (call: number, request: ModelRequest, context: AttemptContext) => Outcome | Promise<Outcome>;
  /** Steps that the journal holds already, by their names. Default: none. */
  readonly known?: ReadonlyMap<string, string>;
  /** Holds what the journal does, also where the run breaks off. Default: a copy of `known`. */
  readonly kept?: Map<string, string>;
  /** Money that the run may spend, in all. Default: no limit. */
  readonly limit?: PicoUsd;
  readonly account?: (account: RunAccount) => void;
  /** Default: 10. */
  readonly maxModelCalls?: number;
  /** What each step is begun with. Default: for the first time. */
  readonly begun?: Partial<StepContext>;
  readonly steering?: Partial<Steering>;
  readonly stream?: RunStream;
  readonly contextWindow?: number;
}

const NOTHING: ReadonlyMap<string, string> = new Map();

/** Plays a run of an agent on a journal in memory; gives its result, what each call was asked, and what the journal holds. */
export const playLoop = async (options: PlayOptions) => {
  const { agent, answer, known = NOTHING, kept = new Map(known), limit = null, steering, stream } = options;
  const { contextWindow } = options;
  const clock = createFakeClock();
  const requests: (readonly [call: number, request: ModelRequest])[] = [];
  const rateLimit = createRateLimit({ store: createMemoryRateStore(), clock, emit: () => undefined });
  const slots = { take: async () => ({ held: true as const, release: async () => {} }) };
  const tenant = newTenant('demo', 0);
  const principal = { tenantId: 'demo', keyId: 'key', scopes: [], tenant };
  const keyLimits = { requestsPerMinute: null, dailyBudgetUsd: null };
  using deadline = createDeadline(clock, 60_000);
  const { journal, names } = recording(kept, deadline, options.begun ?? {});
  const background = createBackground();
  const account = createRunAccount(limit, background);
  options.account?.(account);
  const parts: LoopParts = {
    callModel: async (request, context) => {
      requests.push([context.step, structuredClone(request)]);
      return answer(context.step, request, context);
    },
    clock,
    emit: () => undefined,
    contextWindowOf: () => contextWindow ?? null,
    circuits: { enter: async () => UNGUARDED },
    fetchFor: () => () => Promise.reject(new Error('no network')),
    secretOf: () => ({ get: async () => 'unused', refresh: async () => 'unused' }),
  };
  const run: Run = {
    runId: 'run_1',
    agent,
    model: 'claude-sonnet-5-5',
    maxModelCalls: options.maxModelCalls ?? 10,
    standIns: [],
    maxRetries: null,
    tenantId: 'demo',
    keyId: 'key',
    userId: null,
    labels: { sessionId: null, metadata: {} },
    hops: 0,
    deadline,
    journal,
    steering: { ...unattended, ...steering },
    stream: stream ?? silentStream,
    account,
    background,
    budget: { tenant: tenantAccount('demo', { day: null, month: null }), others: [], shadow: false },
    admission: createAdmission(
      { rateLimit, slots, clock, emit: () => undefined },
      { principal: { ...principal, keyLimits }, userId: null, runId: 'run_1', deadline },
    ),
    beforeEffects: async () => {},
    messages: [{ role: 'user', content: 'Do it.' }],
  };
  return { result: await runPattern(parts, run), requests, kept, names };
};
