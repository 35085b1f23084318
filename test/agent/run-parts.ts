import type { ContentBlock, Message } from '@anthropic-ai/sdk/resources/messages/messages';
import { type Agent, type AgentOptions, defineAgent } from 'ballast';
import { type RunStream, silentStream } from '../../lib/agent/loop/run-stream.ts';
import type { LoopParts } from '../../lib/agent/loop/types.ts';
import type { AdmissionParts } from '../../lib/caller/admission.ts';
import { UNGUARDED } from '../../lib/circuit-breaker/entry.ts';
import type { WaitUntil } from '../../lib/kernel/background.ts';
import { createIds } from '../../lib/kernel/ids/ids.ts';
import { pico, ZERO } from '../../lib/kernel/money.ts';
import type { ModelRequest } from '../../lib/model-call/provider.ts';
import type { Attempt, CallContext, Outcome } from '../../lib/model-call/types.ts';
import { createPriceTable } from '../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
import { createMemoryRateStore } from '../../lib/rate-limit/memory-store.ts';
import { createRateLimit } from '../../lib/rate-limit/rate-limit.ts';
import { createMemoryCacheStore } from '../../lib/response-cache/memory-store.ts';
import { createResponseCache, type ResponseCache } from '../../lib/response-cache/response-cache.ts';
import { createCatalog } from '../../lib/run/catalog.ts';
import type { RunRequest } from '../../lib/run/run-request.ts';
import { createSessions } from '../../lib/run/sessions/sessions.ts';
import { createSyncRun, type SyncRunCall } from '../../lib/run/sync-run.ts';
import { createMemoryRunStore } from '../../lib/runs/memory-store.ts';
import type { RunStore } from '../../lib/runs/types.ts';
import { createLoader } from '../../lib/secrets/loader.ts';
import { createMemorySessionStore } from '../../lib/sessions/memory-store.ts';
import type { SessionStore } from '../../lib/sessions/types.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { createMemoryToolUsageStore } from '../../lib/usage/memory-tool-store.ts';
import { NO_TOKENS } from '../../lib/usage/record.ts';
import type { ToolUsageStore } from '../../lib/usage/tool-record.ts';
import { createFakeClock } from '../fake-clock.ts';

export const text = (words: string): ContentBlock => ({ type: 'text', text: words, citations: null });

export const use = (name: string, input: unknown = {}, id = `toolu_${name}`): ContentBlock => ({
  type: 'tool_use',
  id,
  name,
  input,
  caller: { type: 'direct' },
});

/** An answer of the model: 10 tokens in, 5 out, a millionth of a dollar; `inputTokens` is what its own usage says. */
export const answer = (content: readonly ContentBlock[], stopReason?: string, inputTokens = 10): Outcome => ({
  ok: true,
  message: {
    id: 'msg',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-5-5',
    content,
    stop_reason: stopReason ?? (content.some((block) => block.type === 'tool_use') ? 'tool_use' : 'end_turn'),
    usage: {
      input_tokens: inputTokens,
      output_tokens: 5,
      cache_read_input_tokens: null,
      cache_creation_input_tokens: null,
    },
  } as Message,
  metered: {
    tokens: { ...NO_TOKENS, inputTokens: 10, outputTokens: 5 },
    estimated: null,
    firstContentMs: 1,
    upstreamRequestId: null,
  },
});

export type Script = (request: ModelRequest, context: CallContext) => Outcome | Promise<Outcome>;

export interface RunPartsOptions extends Partial<AgentOptions> {
  readonly fetchFor?: LoopParts['fetchFor'];
  readonly secretOf?: LoopParts['secretOf'];
  readonly runs?: RunStore;
  readonly sessions?: SessionStore;
  readonly stream?: RunStream;
  readonly circuits?: LoopParts['circuits'];
  readonly claim?: SyncRunCall['claim'];
  readonly responses?: ResponseCache;
  readonly toolUsage?: ToolUsageStore;
  readonly slots?: AdmissionParts['slots'];
  readonly waitUntil?: WaitUntil;
  readonly startNext?: SyncRunCall['startNext'];
  /** Instead of one that is made of the options. */
  readonly agent?: Agent;
  readonly contextWindowOf?: LoopParts['contextWindowOf'];
}

/** The same every time. */
const CHANCE = { random: () => 0.5, randomBytes: (length: number) => new Uint8Array(length).fill(7) };

/** What of the options is the agent's. */
const ownOf = (options: RunPartsOptions): Partial<AgentOptions> => {
  const { fetchFor: _fetch, secretOf: _secret, runs: _runs, sessions: _sessions, stream: _stream, ...rest } = options;
  const { circuits: _circuits, claim: _claim, responses: _responses, toolUsage: _usage, slots: _slots, ...more } = rest;
  const { waitUntil: _wait, startNext: _next, agent: _agent, contextWindowOf: _window, ...own } = more;
  return own;
};

/** A run of an agent whose model answers by script, on a clock that stands still. */
export const runParts = (script: readonly (Outcome | Script)[], options: RunPartsOptions = {}) => {
  const clock = createFakeClock();
  const events: BallastEvent[] = [];
  const emit = (event: BallastEvent) => events.push(event);
  let births = 0;
  const requests: ModelRequest[] = [];
  const runs = options.runs ?? createMemoryRunStore({ clock, retentionMs: 3_600_000 });
  const callModel: Attempt = async (request, context) => {
    const next = script[Math.min(requests.length, script.length - 1)];
    requests.push(structuredClone(request));
    const outcome = typeof next === 'function' ? await next(request, context) : next;
    if (!outcome) throw new Error('the script is empty');
    // Whoever is not let out by the circuit pays nothing.
    if (!outcome.ok && outcome.fault.kind === 'circuit-open') return outcome;
    const cost = pico(1_000_000n);
    context.account.reserve(cost)(cost);
    context.booked.push({
      model: request.model,
      tokens: outcome.metered.tokens,
      cost,
      reserved: cost,
      at: clock.now(),
      durationMs: 0,
      firstContentMs: outcome.metered.firstContentMs,
      fault: outcome.ok ? null : outcome.fault.kind,
      estimated: null,
      upstreamRequestId: null,
    });
    return outcome;
  };
  const sessions = createSessions({
    store: options.sessions ?? createMemorySessionStore(clock),
    runs,
    clock,
    costOf: () => Promise.resolve(ZERO),
  });
  const agent =
    options.agent ??
    defineAgent({
      name: 'assistant',
      description: 'for tests',
      system: 'You are a test.',
      models: { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' },
      ...ownOf(options),
    });
  const runSync = createSyncRun({
    catalog: createCatalog([agent], () => true),
    callModel,
    circuits: options.circuits ?? { enter: async () => UNGUARDED },
    runs,
    openSessions: () => Promise.resolve(sessions),
    ids: createIds(clock, (length) => new Uint8Array(length).fill((births += 1))),
    clock,
    emit,
    toolUsage: options.toolUsage ?? createMemoryToolUsageStore(),
    rateLimit: createRateLimit({ store: createMemoryRateStore(), clock, emit }),
    slots: options.slots ?? { take: async () => ({ held: true, release: async () => {} }) },
    fetchFor: options.fetchFor ?? (() => () => Promise.reject(new Error('no network'))),
    secretOf: options.secretOf ?? (() => createLoader({ read: () => Promise.reject(new Error('no secret')), clock })),
    contextWindowOf: options.contextWindowOf ?? (() => null),
    cache: options.responses ?? createResponseCache({ ...CHANCE, clock, emit, store: createMemoryCacheStore() }),
    cacheTtlSeconds: 60,
    provider: 'test',
    isPriced: (model) => model !== 'claude-fable-5-2',
    prices: createPriceTable(PUBLISHED_PRICES),
  });
  const run = (request: Partial<RunRequest> = {}, signal?: AbortSignal, tenant = newTenant('demo', 0)) =>
    runSync({
      request: { task: 'Do it.', ...request },
      principal: {
        tenantId: tenant.tenantId,
        keyId: 'key',
        scopes: [],
        tenant,
        keyLimits: { requestsPerMinute: null, dailyBudgetUsd: null },
      },
      requestId: 'req_1',
      traceId: 'a'.repeat(32),
      limitMs: 120_000,
      signal,
      stream: options.stream ?? silentStream,
      claim: options.claim ?? null,
      ...(options.waitUntil && { waitUntil: options.waitUntil }),
      ...(options.startNext && { startNext: options.startNext }),
    });
  return { run, clock, events, requests, runs, sessions };
};
