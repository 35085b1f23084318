import type { Agent } from '../agent/define/define-agent.ts';
import type { LoopParts } from '../agent/loop/types.ts';
import { lazy } from '../kernel/caching/lazy.ts';
import type { Ids, RandomBytes } from '../kernel/ids/ids.ts';
import { withStageBudget } from '../model-call/stage-budget.ts';
import { priceAt } from '../pricing/pricing.ts';
import { createRateLimit } from '../rate-limit/rate-limit.ts';
import type { Slots, SlotsOptions } from '../rate-limit/slots.ts';
import type { RateStore } from '../rate-limit/store.ts';
import type { ResponseCache, ResponseCacheOptions } from '../response-cache/response-cache.ts';
import { createCatalog } from '../run/catalog.ts';
import { createPutContent, type PutContentParts } from '../run/put-content.ts';
import { loadRedact } from '../run/redaction/load-redact.ts';
import type { RunCacheParts } from '../run/run-cache.ts';
import type { Sessions } from '../run/sessions/sessions.ts';
import type { SyncRunParts } from '../run/sync-run.ts';
import { callPartsOf, type CallStores, type CallWiring } from './call-parts.ts';
import { toolOrigins } from './settings.ts';
import { withStageModels } from './stage-models.ts';
import { type OpenRunNotes, type OpenUserNames, userNamesOf } from './user-names.ts';

/** Where a run keeps what it knows; what few runs need is opened by the first that does. */
export interface RunStores extends CallStores, Pick<SyncRunParts, 'runs' | 'toolUsage'> {
  readonly rates: RateStore;
  readonly openSlots: (options: Omit<SlotsOptions, 'store'>) => Promise<Slots>;
  readonly openCache: (options: Omit<ResponseCacheOptions, 'store'>) => Promise<ResponseCache>;
  readonly openSessions: () => Promise<Sessions>;
  readonly openUserNames?: OpenUserNames;
  readonly openRunNotes?: OpenRunNotes;
  /** Default: what was written in runs is not kept, whatever the stage says. */
  readonly contents?: PutContentParts['store'];
}

export interface CoreParts extends CallWiring, Pick<LoopParts, 'fetchFor' | 'secretOf' | 'onToolError'> {
  readonly stores: RunStores;
  readonly agents: readonly Agent[];
  readonly ids: Ids;
  readonly randomBytes: RandomBytes;
}

/** The one wiring of a run, over whatever stores and provider it is given; no I/O happens here. */
export const createCore = (parts: CoreParts) => {
  const { config, clock, random, randomBytes, emit, ids, agents, stores, fetchFor, secretOf, onToolError } = parts;
  const call = callPartsOf(parts);
  const { budgets, circuits, keys, keyCheck, prices, provider, rests } = call;
  // A process that only refuses, replays or reads calls no model.
  const loadModelCall = lazy(async () => {
    const { createModelCall } = await import('../model-call/model-call.ts');
    return createModelCall(call);
  });
  const callModel = withStageBudget(config.STAGE_DAILY_BUDGET_USD, async (...of) => (await loadModelCall())(...of));
  const isPriced = (model: string, at: number) => priceAt(prices, model, at) !== null;
  const priced = (model: string) => isPriced(model, clock.now());
  const origins = { stage: config.STAGE, overrides: toolOrigins(config) };
  const catalog = createCatalog(withStageModels(agents, config.AGENT_MODELS, priced), priced, origins);
  // For tenants with a limit of concurrent runs only.
  const openSlots = lazy(() => stores.openSlots({ clock, random, emit }));
  const slots: Slots = { take: async (...slot) => (await openSlots()).take(...slot) };
  const rateLimit = createRateLimit({ clock, emit, store: stores.rates });
  // For requests that ask for it, and agents that have a lifetime for their answers.
  const openCache = lazy(() => stores.openCache({ clock, random, randomBytes, emit }));
  const openSessions = lazy(() => stores.openSessions());
  const { noting, ...names } = userNamesOf(stores, emit);
  const loopParts: LoopParts = {
    callModel,
    circuits,
    clock,
    emit,
    contextWindowOf: (model) => priceAt(prices, model, clock.now())?.contextWindow ?? null,
    fetchFor,
    secretOf,
    onToolError,
  };
  const cacheParts: RunCacheParts = {
    cache: { open: async (...asked) => (await openCache()).open(...asked) },
    cacheTtlSeconds: config.CACHE_TTL_SECONDS,
    provider: config.ANTHROPIC_BASE_URL,
    emit,
  };
  const putContent =
    config.CONTENT_RETENTION === 'run' && stores.contents
      ? createPutContent({ store: stores.contents, loadRedact })
      : undefined;
  const syncRunParts: SyncRunParts = {
    ...loopParts,
    ...cacheParts,
    putContent,
    noteRun: names.noteRun,
    catalog,
    runs: stores.runs,
    openSessions,
    toolUsage: stores.toolUsage,
    ids,
    rateLimit,
    slots,
    isPriced,
    prices,
  };
  // A process that only passes messages on, reads or reports makes no run.
  const loadSyncRun = lazy(async () => {
    const { createSyncRun } = await import('../run/sync-run.ts');
    return createSyncRun(syncRunParts);
  });
  const runSync = noting(async (run) => (await loadSyncRun())(run));
  return {
    budgets,
    circuits,
    keys,
    keyCheck,
    prices,
    provider,
    rests,
    isPriced,
    callModel,
    catalog,
    loadModelCall,
    loopParts,
    putContent,
    cacheParts,
    rateLimit,
    slots,
    runSync,
    openSessions,
    ...names,
  };
};

export type Core = ReturnType<typeof createCore>;
