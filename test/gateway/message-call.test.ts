import { expect, it } from 'vitest';
import { readClientRequest } from '../../lib/gateway/client-request.ts';
import { createCallMessages } from '../../lib/gateway/message-call.ts';
import { createMemoryRateStore } from '../../lib/rate-limit/memory-store.ts';
import { createRateLimit } from '../../lib/rate-limit/rate-limit.ts';
import { failing } from '../claude/parts.ts';
import { httpEvent } from '../functions/invoke.ts';
import { functionParts } from '../functions/parts.ts';
import { question } from './asking.ts';

/** A gateway whose model calls are only counted. */
const gateway = async (over: object, settings: object = {}) => {
  const parts = functionParts(() => Promise.reject(new Error('no run')));
  const { clock, emit, ids, events } = parts;
  const called: string[] = [];
  const callMessages = createCallMessages({
    ...{ clock, emit, ids },
    callModel: async ({ model }) => {
      called.push(model);
      return failing('overloaded');
    },
    isPriced: (model) => model !== 'claude-fable-5-2',
    rateLimit: createRateLimit({ store: createMemoryRateStore(), clock, emit }),
    slots: { take: async () => ({ held: true, release: async () => {} }) },
  });
  const { tenant, ...principal } = await parts.authenticator.authenticate('good');
  const call = {
    asked: readClientRequest(httpEvent({ body: JSON.stringify(question(over)) })),
    principal: { ...principal, tenant: { ...tenant, ...settings } },
    ...{ requestId: 'req_1', limitMs: 1_000, signal: undefined, claim: null },
  };
  return { called, events, ask: () => callMessages(call, { admitted: () => undefined }) };
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
