import { circuitSettings, retrySettings, streamSettings } from '../../lib/app/settings.ts';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import { createCircuits } from '../../lib/circuit-breaker/circuits.ts';
import { createMemoryCircuitStore } from '../../lib/circuit-breaker/memory-store.ts';
import { loadConfig } from '../../lib/config.ts';
import { answerAsEvents } from '../../lib/gateway/answer/answer-events.ts';
import { answerAsJson } from '../../lib/gateway/answer/answer-json.ts';
import { readClientRequest } from '../../lib/gateway/client-request.ts';
import { createCallMessages } from '../../lib/gateway/message-call.ts';
import type { HttpResponse } from '../../lib/http/types.ts';
import type { StoredResult } from '../../lib/idempotency/answer.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { createKeyCheck } from '../../lib/model-call/keys/key-check.ts';
import { createModelCall } from '../../lib/model-call/model-call.ts';
import type { Provider } from '../../lib/model-call/provider.ts';
import { createPriceTable } from '../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
import { createAnthropic } from '../../lib/providers/anthropic/anthropic.ts';
import { createMemoryRestStore } from '../../lib/rests/memory-store.ts';
import { createRests } from '../../lib/rests/rests.ts';
import type { TenantSettings } from '../../lib/tenants/types.ts';
import { createMemoryUsageStore } from '../../lib/usage/memory-store.ts';
import type { FakeClock } from '../fake-clock.ts';
import { httpEvent } from '../functions/invoke.ts';
import { functionParts } from '../functions/parts.ts';
import { KEY } from '../model-call/parts.ts';
import { question } from './ask.ts';

/** What a client hears, and when: milliseconds after it asked. */
export interface Heard {
  readonly headMs: number | null;
  readonly response: HttpResponse | null;
  /** A refusal with a status. */
  readonly error: AppError | null;
  readonly chunks: readonly { readonly ms: number; readonly text: string }[];
  readonly text: string;
  /** What is kept for who repeats the request. */
  readonly kept: StoredResult | null;
}

/** Longest silence that the client heard, from its question to the end. */
export const longestSilenceMs = ({ chunks }: Heard): number =>
  Math.max(...chunks.map(({ ms }, at) => ms - (chunks[at - 1]?.ms ?? 0)));

export interface QuietOptions {
  readonly tenant?: Partial<TenantSettings>;
  readonly over?: object;
  readonly waitedMs?: number;
  readonly settings?: Readonly<Record<string, string>>;
}

/** The gateway by default settings, over memory, on a clock that costs nobody anything. */
export const hear = async (
  upstream: (clock: FakeClock) => Omit<Provider, 'ask'>,
  { tenant: own = {}, over = { stream: true }, waitedMs = 0, settings = {} }: QuietOptions = {},
): Promise<Heard> => {
  const { emit, ids, clock, authenticator } = functionParts(() => Promise.reject(new Error('no run')));
  const config = loadConfig(settings);
  const random = () => 0.5;
  const callModel = createModelCall({
    clock,
    emit,
    random,
    provider: upstream(clock),
    prices: createPriceTable(PUBLISHED_PRICES),
    usage: createMemoryUsageStore(),
    budgets: createBudgets(createMemoryBudgetStore()),
    circuits: createCircuits({
      clock,
      random,
      emit,
      store: createMemoryCircuitStore({ clock }),
      options: circuitSettings(config),
    }),
    keys: { nextKeys: async () => [KEY], refresh: async () => {}, demote: () => {} },
    keyCheck: createKeyCheck({ provider: createAnthropic({ baseUrl: 'http://unused', clock }), clock }),
    rests: createRests({ clock, random, emit, store: createMemoryRestStore({ clock }) }),
    retry: retrySettings(config),
    limits: streamSettings(config),
  });
  const callMessages = createCallMessages({
    callModel,
    clock,
    emit,
    ids,
    isPriced: () => true,
    prices: createPriceTable(PUBLISHED_PRICES),
    rateLimit: { take: () => Promise.reject(new Error('limited')), charge: async () => {} },
    slots: { take: async () => ({ held: true, release: async () => {} }) },
  });
  const { tenant, ...principal } = await authenticator.authenticate('good');
  let kept: StoredResult | null = null;
  const asked = readClientRequest(httpEvent({ body: JSON.stringify(question(over)) }));
  const call = {
    asked,
    principal: { ...principal, tenant: { ...tenant, ...own } },
    requestId: 'req_1',
    signal: undefined,
    limitMs: asked.streams ? config.STREAM_TIMEOUT_MS : config.RUN_TIMEOUT_MS,
    claim: { complete: async (result: StoredResult) => void (kept = result), release: async () => {} },
  };
  const begunMs = clock.monotonicMs();
  const chunks: { ms: number; text: string }[] = [];
  let [headMs, isOver]: [number | null, boolean] = [null, false];
  let response: HttpResponse | null = null;
  let error: AppError | null = null;
  const hearing = async () => {
    try {
      response = await (asked.streams
        ? answerAsEvents(call as never, callMessages, { clock, waitedMs, failed: () => {} })
        : answerAsJson(call as never, callMessages));
      headMs = clock.monotonicMs() - begunMs;
      if (typeof response.body === 'string') chunks.push({ ms: headMs, text: response.body });
      else
        for await (const chunk of response.body as AsyncIterable<Buffer>)
          chunks.push({ ms: clock.monotonicMs() - begunMs, text: chunk.toString() });
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
      error = thrown;
    } finally {
      isOver = true;
    }
  };
  const heard = hearing();
  while (!isOver) await clock.advance(500);
  await heard;
  return { headMs, response, error, chunks, text: chunks.map(({ text }) => text).join(''), kept };
};
