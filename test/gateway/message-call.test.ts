import { describe, expect, it } from 'vitest';
import { readClientRequest } from '../../lib/gateway/client-request.ts';
import { createCallMessages } from '../../lib/gateway/message-call.ts';
import { createPriceTable } from '../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
import { createMemoryRateStore } from '../../lib/rate-limit/memory-store.ts';
import { createRateLimit } from '../../lib/rate-limit/rate-limit.ts';
import { httpEvent } from '../functions/invoke.ts';
import { functionParts } from '../functions/parts.ts';
import { failing } from '../model-call/parts.ts';
import { question } from './ask.ts';

/** A gateway whose model calls are only counted. */
const gateway = async (over: object, settings: object = {}) => {
  const parts = functionParts(() => Promise.reject(new Error('no run')));
  const { clock, emit, ids, events } = parts;
  const called: string[] = [];
  const callMessages = createCallMessages({
    clock,
    emit,
    ids,
    callModel: async ({ model }) => {
      called.push(model);
      return failing('overloaded');
    },
    isPriced: (model) => model !== 'claude-fable-5-2',
    prices: createPriceTable(PUBLISHED_PRICES),
    rateLimit: createRateLimit({ store: createMemoryRateStore(), clock, emit }),
    slots: { take: async () => ({ held: true, release: async () => {} }) },
  });
  const { tenant, ...principal } = await parts.authenticator.authenticate('good');
  const call = {
    asked: readClientRequest(httpEvent({ body: JSON.stringify(question(over)) })),
    principal: { ...principal, tenant: { ...tenant, ...settings } },
    requestId: 'req_1',
    limitMs: 1_000,
    signal: undefined,
    claim: null,
  };
  return { called, events, ask: () => callMessages(call, { admitted: () => undefined, says: () => undefined }) };
};

it('a model without a price is told as the field that is wrong, and no circuit is looked at under its name', async () => {
  const { ask, called } = await gateway({ model: 'claude-fable-5-2' });
  await expect(ask()).rejects.toMatchObject({ code: 'unpriced-model', issues: [{ path: 'model' }] });
  expect(called).toEqual([]);
});

it('a model that the tenant may not use is no more told to be without a price than one that has one', async () => {
  const { ask, called } = await gateway({ model: 'claude-fable-5-2' }, { allowedModels: ['claude-opus-5-5'] });
  await expect(ask()).rejects.toMatchObject({ code: 'forbidden' });
  expect(called).toEqual([]);
});

const added = (definition: object) => ({
  messages: [
    ...question().messages,
    { role: 'system', content: [{ type: 'tool_addition', tool: { type: 'tool_definition', definition } }] },
  ],
});
const ADVISOR = { type: 'advisor_20260301', name: 'advisor' };

describe.each<[where: string, path: string, naming: (model: string) => object]>([
  ['its fallbacks', 'fallbacks', (model) => ({ fallbacks: [{ model }] })],
  ['an advisor', 'tools.0', (model) => ({ tools: [{ ...ADVISOR, model }] })],
  [
    'a tool declared inside its messages',
    'messages.1.content.0.tool.definition',
    (model) => added({ ...ADVISOR, model }),
  ],
  ['what nobody knows yet', 'planner', (model) => ({ planner: { steps: [{ model }] } })],
  [
    'a block about a fallback',
    'messages.0.content.0.to.model',
    (model) => ({
      messages: [{ role: 'user', content: [{ type: 'fallback', to: { model }, from: { model: question().model } }] }],
    }),
  ],
])('a model that a request names in %s', (_, path, naming) => {
  it('must be allowed to the tenant', async () => {
    const { ask, called } = await gateway(naming('claude-opus-5'), { allowedModels: [question().model] });
    await expect(ask()).rejects.toMatchObject({ code: 'forbidden', issues: [{ path }] });
    expect(called).toEqual([]);
  });

  it('must have a price', async () => {
    const { ask, called } = await gateway(naming('claude-fable-5-2'));
    await expect(ask()).rejects.toMatchObject({ code: 'unpriced-model', issues: [{ path }] });
    expect(called).toEqual([]);
  });

  it('passes otherwise', async () => {
    const { ask, called } = await gateway(naming('claude-opus-5'));
    await ask();
    expect(called).toEqual([question().model]);
  });
});

it('models that the provider chooses are not for a tenant that is allowed some only', async () => {
  const some = await gateway({ fallbacks: 'default' }, { allowedModels: [question().model] });
  await expect(some.ask()).rejects.toMatchObject({ code: 'forbidden', issues: [{ path: 'fallbacks' }] });
  const any = await gateway({ fallbacks: 'default' });
  await any.ask();
  expect(any.called).toEqual([question().model]);
});

it('what a client calls a model in data of its own is none', async () => {
  const schema = { type: 'object', properties: { model: { const: 'T' } }, model: 'T' };
  const used = { type: 'tool_use', id: 'a', name: 'b', input: { model: 'T', deep: [{ model: 'T' }] } };
  const { ask, called } = await gateway(
    { tools: [{ name: 'b', input_schema: schema }], messages: [{ role: 'assistant', content: [used] }] },
    { allowedModels: [question().model] },
  );
  await ask();
  expect(called).toEqual([question().model]);
});
