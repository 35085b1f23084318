import { dayOf, keyAccount, monthOf, tenantAccount, userAccount } from '../../lib/budget/account.ts';
import { EMPTY, standingOf } from '../../lib/budget/balance.ts';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import { readClientRequest } from '../../lib/gateway/client-request.ts';
import { createCallMessages } from '../../lib/gateway/message-call.ts';
import { createBackground } from '../../lib/kernel/background.ts';
import { createIds } from '../../lib/kernel/ids/ids.ts';
import { parseUsd, type PicoUsd, plus } from '../../lib/kernel/money.ts';
import { supervisedAttempt } from '../../lib/model-call/attempt/supervised-attempt.ts';
import { createRunAccount } from '../../lib/model-call/booking/run-account.ts';
import type { Attempt, Outcome } from '../../lib/model-call/types.ts';
import { withBudget } from '../../lib/model-call/with-budget.ts';
import { createPriceTable } from '../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
import { priceAt } from '../../lib/pricing/pricing.ts';
import { newTenant, type Tenant } from '../../lib/tenants/types.ts';
import { createMemoryUsageStore } from '../../lib/usage/memory-store.ts';
import { createFakeClock } from '../fake-clock.ts';
import { httpEvent } from '../functions/invoke.ts';
import type { JsonBody, ProviderBill } from './provider-bill.ts';

const PRICES = createPriceTable(PUBLISHED_PRICES);

/** A provider that answers whatever it is asked, with the dearest usage that the request allows. */
export type Provider = (body: JsonBody, betas: readonly string[]) => ProviderBill;

/** Who has the limit. */
export const HOLDERS = ['tenant', 'key', 'user', 'run'] as const;
export type Holder = (typeof HOLDERS)[number];

export interface GatewayRig {
  ask(body: object, betas?: readonly string[]): Promise<Outcome>;
  /** What is spent and reserved of the limit. */
  standing(): Promise<{ readonly spent: PicoUsd; readonly reserved: PicoUsd }>;
  /** What the provider has billed, call by call. */
  readonly billed: PicoUsd[];
}

const sse = (type: string, body: object) => {
  const data = JSON.stringify({ type, ...body });
  return { bytes: Buffer.from(`event: ${type}\ndata: ${data}\n\n`), event: type, data };
};

export async function* answer(model: unknown, { usage }: ProviderBill) {
  const { output_tokens: _, ...start } = usage;
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model, content: [], stop_reason: null };
  yield sse('message_start', { message: { ...message, usage: { ...start, output_tokens: 1 } } });
  yield sse('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
  yield sse('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'done' } });
  yield sse('content_block_stop', { index: 0 });
  yield sse('message_delta', { delta: { stop_reason: 'end_turn' }, usage });
  yield sse('message_stop', {});
}

const SETTINGS: Record<Holder, (limit: string) => Partial<Tenant>> = {
  tenant: (dailyBudgetUsd) => ({ dailyBudgetUsd }),
  key: () => ({}),
  user: (userDailyBudgetUsd) => ({ userDailyBudgetUsd }),
  run: () => ({}),
};

/** The gateway's own way of a call, budgets and all, on stores in memory; a run's calls share its limit and go no other way. */
export const createGatewayRig = (holder: Holder, limit: string, provider: Provider): GatewayRig => {
  const clock = createFakeClock();
  const store = createMemoryBudgetStore();
  const billed: PicoUsd[] = [];
  let ids = 0;
  const parts = {
    clock,
    prices: PRICES,
    emit: () => {},
    usage: createMemoryUsageStore(),
    budgets: createBudgets(store),
    limits: { firstContentMs: 30_000, idleMs: 30_000 },
    provider: {
      countTokens: async (request: object) => provider(request as JsonBody, []).counted,
      stream: async (
        request: object,
        { wire }: { wire: { bodyFor(of: object): string; headers: Record<string, string> } },
      ) => {
        const sent = JSON.parse(wire.bodyFor({ ...request, stream: true })) as JsonBody;
        const bill = provider(sent, (wire.headers['anthropic-beta'] ?? '').split(','));
        billed.push(bill.cost);
        return { requestId: 'req_1', events: answer(sent['model'], bill) };
      },
    },
  } as unknown as Parameters<typeof withBudget>[0] & Parameters<typeof supervisedAttempt>[0];
  const background = createBackground();
  const account = createRunAccount(holder === 'run' ? parseUsd(limit) : null, background);
  const bracket = withBudget(parts)(supervisedAttempt(parts));
  const callModel: Attempt = (request, context) =>
    bracket(request, holder === 'run' ? { ...context, account, background } : context);
  const call = createCallMessages({
    callModel,
    clock,
    emit: () => {},
    ids: createIds(clock, (length) => new Uint8Array(length).fill((ids += 1))),
    isPriced: (model: string, at: number) => priceAt(PRICES, model, at) !== null,
    rateLimit: {
      take: async () => ({ admitted: true, remaining: 1, resetMs: 0, giveBack: async () => {} }),
      charge: async () => {},
    },
    slots: { take: async () => ({ held: true, release: async () => {} }) },
  } as unknown as Parameters<typeof createCallMessages>[0]);
  const tenant = newTenant('acme', clock.now(), SETTINGS[holder](limit));
  const principal = {
    tenantId: 'acme',
    keyId: 'key_1',
    scopes: ['messages:write'],
    tenant,
    keyLimits: { requestsPerMinute: null, dailyBudgetUsd: holder === 'key' ? limit : null },
  };
  return {
    billed,
    async ask(body, betas = []) {
      const headers = {
        'content-type': 'application/json',
        ...(betas.length > 0 && { 'anthropic-beta': betas.join(',') }),
      };
      const event = httpEvent({ path: '/v1/messages', headers, body: JSON.stringify(body) });
      // Whoever it names, it is one end user's.
      const asked = { ...readClientRequest(event), userId: null };
      const one = { asked, principal, requestId: 'req_1', limitMs: 60_000, signal: undefined, claim: null };
      const { outcome, closed } = await call(one as unknown as Parameters<typeof call>[0], {
        admitted: () => {},
        says: () => {},
      });
      await closed(null);
      return outcome;
    },
    async standing() {
      if (holder === 'run') {
        await background.flush();
        return account;
      }
      const item = { tenant: tenantAccount('acme'), key: keyAccount('acme', 'key_1'), user: userAccount('acme', null) };
      const [month] = await store.months(item[holder], monthOf(clock.now()), monthOf(clock.now()));
      const none = { day: null, month: null };
      return standingOf(month ?? EMPTY, dayOf(clock.now()), none).day;
    },
  };
};

export const sumOf = (amounts: readonly PicoUsd[]): PicoUsd =>
  amounts.reduce((all, each) => plus(all, each), parseUsd('0'));
