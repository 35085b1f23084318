import { type AgentOptions, defineAgent } from 'ballast';
import { createBooksOfRun } from '../../../lib/accounts/books-of-run.ts';
import { createBudgets } from '../../../lib/budget/budgets.ts';
import { createMemoryBudgetStore } from '../../../lib/budget/memory-store.ts';
import { UNGUARDED } from '../../../lib/circuit-breaker/entry.ts';
import { createEraseEnded } from '../../../lib/durable-run/erase-ended.ts';
import type { AsyncRunRequest } from '../../../lib/durable-run/http/async-request.ts';
import { failRun, type FailRunParts, type LostEnd } from '../../../lib/durable-run/lost/fail-run.ts';
import { createStartRuns } from '../../../lib/durable-run/start-runs.ts';
import { createSubmitRun } from '../../../lib/durable-run/submit-run.ts';
import { type ExecuteRunParts, openRunWorker } from '../../../lib/durable-run/worker/execute-run.ts';
import { createIds } from '../../../lib/kernel/ids/ids.ts';
import { pico, type PicoUsd } from '../../../lib/kernel/money.ts';
import type { ModelRequest } from '../../../lib/model-call/provider.ts';
import type { CallContext, Outcome } from '../../../lib/model-call/types.ts';
import { createPriceTable } from '../../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../../lib/pricing/prices.ts';
import { createMemorySlotStore } from '../../../lib/rate-limit/memory-slot-store.ts';
import { createMemoryRateStore } from '../../../lib/rate-limit/memory-store.ts';
import { createRateLimit } from '../../../lib/rate-limit/rate-limit.ts';
import { createSlots } from '../../../lib/rate-limit/slots.ts';
import { createMemoryCacheStore } from '../../../lib/response-cache/memory-store.ts';
import { createResponseCache } from '../../../lib/response-cache/response-cache.ts';
import { createCatalog } from '../../../lib/run/catalog.ts';
import { createSessions } from '../../../lib/run/sessions/sessions.ts';
import { createActiveRuns } from '../../../lib/runs/active.ts';
import { createDynamoDbRunStore } from '../../../lib/runs/dynamodb-store.ts';
import { createEraseContent, EVENTS_KEPT_MS } from '../../../lib/runs/ended/erase-content.ts';
import { createEraseEvents } from '../../../lib/runs/ended/erase-events.ts';
import { createErasures } from '../../../lib/runs/ended/erasures.ts';
import { createEventLog } from '../../../lib/runs/event-log.ts';
import { createInboxStore } from '../../../lib/runs/inbox/inbox.ts';
import type { LogEntry } from '../../../lib/runs/log-entry.ts';
import { createOverflow } from '../../../lib/runs/overflow.ts';
import { createRunQueue } from '../../../lib/runs/queue.ts';
import type { RunKey } from '../../../lib/runs/run-key.ts';
import type { RunRow } from '../../../lib/runs/types.ts';
import { createMemorySessionStore } from '../../../lib/sessions/memory-store.ts';
import type { BallastEvent } from '../../../lib/telemetry/events.ts';
import { newTenant, type Principal, type Tenant, type TenantSettings } from '../../../lib/tenants/types.ts';
import { createMemoryUsageStore } from '../../../lib/usage/memory-store.ts';
import { createMemoryToolUsageStore } from '../../../lib/usage/memory-tool-store.ts';
import { NO_TOKENS } from '../../../lib/usage/record.ts';
import type { TestDynamoDb } from '../../dynamodb.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { failing } from '../../model-call/parts.ts';
import { seededRandom } from '../../seeded-random.ts';
import { createMemoryExecution, type Ended, type Kill } from './memory-execution.ts';

export type Script = (request: ModelRequest, context: CallContext) => Outcome | Promise<Outcome>;

const DAY_MS = 24 * 3_600_000;
const LIVES = { retentionMs: 30 * DAY_MS, longestWaitMs: 7 * DAY_MS };

/** What each scripted call costs, unless the price is changed. */
export const CALL_COST = pico(1_000_000n);

export interface RigOptions extends Partial<AgentOptions> {
  readonly settings?: Partial<TenantSettings>;
  readonly parts?: Partial<ExecuteRunParts>;
}

let tenants = 0;

/** Asynchronous runs of one tenant and agent: their rows on a real engine, all else in memory, on a clock that stands still. */
export const createRunRig = (engine: TestDynamoDb, script: readonly (Outcome | Script)[], options: RigOptions = {}) => {
  const { settings, parts: otherParts, ...agentOptions } = options;
  const tenantId = `tenant-${(tenants += 1)}`;
  const clock = createFakeClock();
  const random = seededRandom(tenants);
  const events: BallastEvent[] = [];
  const emit = (event: BallastEvent) => void events.push(event);
  const table = engine.table('RunsTable');
  const stored = { table, clock, random, retentionMs: 37 * DAY_MS };
  const runs = createDynamoDbRunStore({ table, clock, random, ...LIVES });
  const inbox = createInboxStore(stored);
  const eventLog = createEventLog(stored);
  const overflow = createOverflow(stored);
  const active = createActiveRuns(stored);
  const queue = createRunQueue(table);
  const usage = createMemoryUsageStore();
  const budgetStore = createMemoryBudgetStore();
  const budgets = createBudgets(budgetStore);
  const slotStore = createMemorySlotStore();
  const slots = createSlots({ store: slotStore, clock, random, emit });
  const rateLimit = createRateLimit({ store: createMemoryRateStore(), clock, emit });
  let tenant: Tenant = newTenant(tenantId, 0, settings);
  const findTenant = async () => tenant;

  const agent = defineAgent({
    name: 'assistant',
    description: 'for tests',
    system: 'You are a test.',
    models: { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' },
    ...agentOptions,
  });
  const catalog = createCatalog([agent], () => true);
  const booksOf = createBooksOfRun({ store: budgetStore, usage, clock });
  const cacheStore = createMemoryCacheStore();
  let drawn = 0;
  const bytes = (length: number) => new Uint8Array(length).fill((drawn += 1));
  const sessions = createSessions({
    store: createMemorySessionStore(clock),
    runs,
    clock,
    costOf: async (...asked) => (await booksOf(...asked)).cost,
  });

  const requests: ModelRequest[] = [];
  let price = CALL_COST;
  /** Puts an attempt on the books, as what makes a call does before it is answered. */
  const book = (context: CallContext, cost: PicoUsd, model = 'claude-sonnet-5-5') =>
    usage.add({
      attemptId: `${context.runId}:${context.step}${context.again === undefined ? '' : `.${context.again}`}:1`,
      runId: context.runId,
      tenantId,
      keyId: 'key',
      userId: null,
      agent: agent.name,
      model,
      at: clock.now(),
      answered: true,
      estimated: null,
      tokens: { ...NO_TOKENS, inputTokens: 10, outputTokens: 5 },
      cost,
    });
  const callModel: ExecuteRunParts['callModel'] = async (request, context) => {
    // As the brackets around a call do.
    if (context.bounds.deadline.signal.aborted) return failing('cancelled');
    const next = script[Math.min(requests.length, script.length - 1)];
    requests.push(structuredClone(request));
    const outcome = typeof next === 'function' ? await next(request, context) : next;
    if (outcome === undefined) throw new Error('the script is empty');
    if (!outcome.ok) return outcome;
    context.account.reserve(price)(price);
    context.booked.push({
      model: request.model,
      tokens: outcome.metered.tokens,
      cost: price,
      reserved: price,
      at: clock.now(),
      durationMs: 0,
      firstContentMs: null,
      fault: null,
      estimated: null,
      upstreamRequestId: null,
    });
    await book(context, price, request.model);
    return outcome;
  };

  const executions = new Map<string, ReturnType<typeof createMemoryExecution>>();
  const executionOf = ({ runId }: RunKey) => {
    const found = executions.get(runId) ?? createMemoryExecution();
    executions.set(runId, found);
    return found;
  };
  const started: string[] = [];
  const announced: string[] = [];
  const service = {
    start: async (run: RunKey) => void (executionOf(run), started.push(run.runId)),
    wake: async (callbackId: string) => {
      for (const execution of executions.values()) execution.wake(callbackId);
      return true;
    },
  };
  const startRuns = createStartRuns({
    clock,
    emit,
    executions: service,
    queue,
    runs,
    inbox,
    slots,
    openSessions: async () => sessions,
  });
  const erasures = createErasures(stored);
  const eraseEvents = createEraseEvents({ table, clock, overflow, keptMs: LIVES.retentionMs });
  const eraseContent = createEraseContent({ table, overflow, eraseEvents });
  const left: ExecuteRunParts['left'] = async (run, session) => {
    await erasures.add({ ...run, dueAt: clock.now() + EVENTS_KEPT_MS });
    await active.remove(run);
    if (session !== null) await startRuns.passOn(session, tenant);
    if (tenant.maxConcurrentRuns !== null) await startRuns.startWaiting(tenant);
  };
  const announce = {
    ended: async ({ runId }: RunKey) => void announced.push(runId),
    asked: async () => {},
  };
  const parts: ExecuteRunParts = {
    clock,
    emit,
    catalog,
    callModel,
    circuits: { enter: async () => UNGUARDED },
    fetchFor: () => () => Promise.reject(new Error('no network')),
    secretOf: () => {
      throw new Error('no secret');
    },
    contextWindowOf: () => null,
    runs,
    inbox,
    eventLog,
    overflow,
    announce,
    eraseContent,
    queue,
    findTenant,
    executions: service,
    waitMs: LIVES.longestWaitMs,
    openSessions: () => Promise.resolve(sessions),
    rateLimit,
    slots,
    usage,
    budgets,
    store: budgetStore,
    rewrite: async () => {},
    toolUsage: createMemoryToolUsageStore(),
    left,
    longestCallMs: 600_000,
    cache: createResponseCache({ clock, random, randomBytes: bytes, emit, store: cacheStore }),
    cacheTtlSeconds: 60,
    provider: 'test',
    ...otherParts,
  };

  const principalOf = (): Principal => ({
    tenantId,
    keyId: 'key',
    scopes: [],
    tenant,
    keyLimits: { requestsPerMinute: null, dailyBudgetUsd: null },
  });
  let births = 0;
  const ids = createIds(clock, (length) => new Uint8Array(length).fill((births += 1)));
  const submitRun = createSubmitRun({
    catalog,
    isPriced: () => true,
    prices: createPriceTable(PUBLISHED_PRICES),
    ids,
    clock,
    emit,
    rateLimit,
    runs,
    inbox,
    eventLog,
    active,
    webhookIssue: () => null,
    startRun: (run, of) => startRuns.startRun(run, of),
    openSessions: () => Promise.resolve(sessions),
  });
  /** Begins one invocation, and leaves it to the test to close its worker. */
  const open = async (run: RunKey, kill: Kill | null = null) => {
    const { context, ended } = executionOf(run).invocation(kill);
    const startedMs = clock.monotonicMs();
    const elapsedMs = () => clock.monotonicMs() - startedMs;
    const worker = await openRunWorker(parts, run, { remainingMs: () => 880_000 - elapsedMs(), elapsedMs });
    const work = worker.work(context).then(() => 'over' as const);
    return { worker, over: Promise.race([work, ended]) };
  };
  const ending: FailRunParts = { clock, emit, runs, inbox, eventLog, booksOf, left, announce };

  return {
    tenantId,
    clock,
    events,
    requests,
    runs,
    inbox,
    queue,
    active,
    erasures,
    eventLog,
    eraseEvents,
    eraseEnded: createEraseEnded({ clock, emit, active, runs, erasures, eraseContent }),
    slotStore,
    slots,
    budgetStore,
    usage,
    sessions,
    started,
    announced,
    startRuns,
    executionOf,
    book,
    ending,
    parts,
    fail: (run: RunKey, how: LostEnd) => failRun(ending, run, how),
    /** Takes the agent out of the code. */
    removeAgent: () =>
      void Object.assign(parts, { catalog: createCatalog([{ ...agent, name: 'another' }], () => true) }),
    /** What a call costs from now on. */
    setPrice: (cost: PicoUsd) => void (price = cost),
    /** Changes the tenant's settings from now on. */
    set: (changes: Partial<TenantSettings>) => void (tenant = { ...tenant, ...changes }),
    get tenant() {
      return tenant;
    },
    async submit(request: Partial<AsyncRunRequest> = {}, idempotencyKey?: string): Promise<RunKey> {
      const { run } = await submitRun({
        request: { task: 'Do it.', ...request },
        principal: principalOf(),
        hops: 0,
        requestId: 'req_1',
        traceId: 'a'.repeat(32),
        idempotencyKey,
        limitMs: 5_000,
      });
      return { tenantId, runId: run.runId };
    },
    open,
    /** One invocation of the run's execution. A killed one gives nothing back. */
    async invoke(run: RunKey, kill: Kill | null = null): Promise<Ended> {
      const { worker, over } = await open(run, kill);
      let how: Ended = 'failed';
      try {
        how = await over;
      } finally {
        if (how !== 'killed') await worker.close();
      }
      return how;
    },
    async rowOf(run: RunKey): Promise<RunRow> {
      const row = await runs.find(tenantId, run.runId);
      if (row === null) throw new Error('there is no row');
      return row;
    },
    async eventsOf(run: RunKey): Promise<LogEntry['events'][number][]> {
      return (await Array.fromAsync(eventLog.read(run, 0))).flatMap((entry) => entry.events);
    },
  };
};
