import { askProvider } from '../../functions/ask-provider.ts';
import type { CircuitView } from '../../lib/circuit-breaker/view.ts';
import { createAskProvider } from '../../lib/gateway/questions/ask-provider.ts';
import type { HttpEvent } from '../../lib/http/types.ts';
import { createKeyCheck } from '../../lib/model-call/keys/key-check.ts';
import { createKeyPool } from '../../lib/model-call/keys/key-pool.ts';
import { createPriceTable } from '../../lib/pricing/price-table.ts';
import { type ModelPrices, PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
import { priceAt } from '../../lib/pricing/pricing.ts';
import { createAnthropic } from '../../lib/providers/anthropic/anthropic.ts';
import { createMemoryRateStore } from '../../lib/rate-limit/memory-store.ts';
import { createRateLimit } from '../../lib/rate-limit/rate-limit.ts';
import type { Principal, TenantSettings } from '../../lib/tenants/types.ts';
import { type Asked, startUnpaidUpstream, type UnpaidAnswer } from '../gateway/unpaid-upstream.ts';
import { httpEvent, invoke } from './invoke.ts';
import { functionParts } from './parts.ts';

export interface AskProviderOptions {
  /** In the place of those that are published. */
  readonly prices?: ModelPrices;
  readonly answer: (asked: Asked) => UnpaidAnswer;
  readonly settings?: Partial<TenantSettings>;
  readonly keyRequestsPerMinute?: number;
  readonly circuit?: Partial<CircuitView>;
  /** The secret's value at each reading; the last one stays. */
  readonly secrets?: readonly string[];
  readonly maxRetries?: number;
}

export const COUNT =
  '{ "model":"claude-sonnet-5-5",\n "messages":[{"role":"user","content":"gr\\u00fc\\u00df ü 1.0"}], "x": 1e3 }';

/** The function with real limits and a real client of the SDK's, in front of an upstream of the test's. */
export const askingProvider = async (options: AskProviderOptions) => {
  const upstream = await startUnpaidUpstream(options.answer);
  const parts = functionParts(async () => Promise.reject(new Error('no run')));
  const { clock, emit, events } = parts;
  const [first = 'sk-1', ...rotated] = options.secrets ?? [];
  let secret = first;
  const keys = createKeyPool({
    random: () => 0,
    clock,
    secret: { get: async () => secret, refresh: async () => (secret = rotated.shift() ?? secret) },
  });
  const provider = createAnthropic({ baseUrl: upstream.url, clock });
  const keyCheck = createKeyCheck({ provider, clock });
  const prices = createPriceTable({ ...PUBLISHED_PRICES, ...options.prices });
  const retry = { maxRetries: options.maxRetries ?? 0, baseDelayMs: 1, maxDelayMs: 10 };
  const authenticate = async (key: string): Promise<Principal> => {
    const known = await parts.authenticator.authenticate(key === 'gateway' ? 'good' : key);
    return {
      ...known,
      scopes: key === 'gateway' ? ['messages:write'] : known.scopes,
      tenant: { ...known.tenant, ...options.settings },
      keyLimits: { ...known.keyLimits, requestsPerMinute: options.keyRequestsPerMinute ?? null },
    };
  };
  const looked: string[] = [];
  const handler = askProvider({
    ...parts,
    authenticator: { authenticate },
    askProvider: createAskProvider({ provider, keys, keyCheck, retry, clock, random: () => 0, emit }),
    rateLimit: createRateLimit({ clock, emit, store: createMemoryRateStore() }),
    circuits: {
      look: async (name) => {
        looked.push(name);
        return { name, state: 'closed', failures: 0, openedAt: null, retryAfterMs: null, ...options.circuit };
      },
    },
    prices,
    isPriced: (model, at) => priceAt(prices, model, at) !== null,
  });
  const ask = (event: Partial<HttpEvent>) => invoke(handler, httpEvent({ body: null, ...event }));
  const headers = { 'x-api-key': 'gateway', 'content-type': 'application/json' };
  return {
    upstream,
    clock,
    events,
    looked,
    lines: parts.lines,
    ask,
    count: (body: string | null = COUNT, more: Readonly<Record<string, string>> = {}, event: Partial<HttpEvent> = {}) =>
      ask({ path: '/v1/messages/count_tokens', body, headers: { ...headers, ...more }, ...event }),
    get: (path: string, event: Partial<HttpEvent> = {}) => ask({ httpMethod: 'GET', path, headers, ...event }),
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  };
};
