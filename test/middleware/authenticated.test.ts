import middy from '@middy/core';
import { expect, it } from 'vitest';
import { AppError } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import { authenticated } from '../../lib/middleware/authenticated.ts';
import { newTenant, type Principal } from '../../lib/tenants/types.ts';
import { httpEvent } from '../functions/invoke.ts';

const principal: Principal = {
  tenantId: 'acme',
  keyId: 'key_1',
  scopes: ['runs:read'],
  tenant: newTenant('acme', 0),
  keyLimits: { requestsPerMinute: null, dailyBudgetUsd: null },
};

/** A handler behind it, of a store that never answers that a key was used. */
const asking = (authenticate: () => Promise<Principal>) => {
  const kept: Promise<void>[] = [];
  const used: string[] = [];
  const handler = middy()
    .use(
      authenticated(
        {
          authenticate,
          used: ({ keyId }) => {
            used.push(keyId);
            return new Promise<void>(() => {});
          },
        },
        'runs:read',
      ),
    )
    .handler(async () => 'answered');
  const event = {
    ...httpEvent({ headers: { 'x-api-key': 'key' } }),
    waitUntil: (work: Promise<void>) => void kept.push(work),
  };
  return { answer: handler(event as never, {} as never) as Promise<unknown>, kept, used };
};

it('the use of a key is noted beside the request, and not waited for', async () => {
  const { answer, kept, used } = asking(async () => principal);
  expect(await answer).toBe('answered');
  expect([used, kept.length]).toEqual([['key_1'], 1]);
});

it('nothing is noted of a key that nobody knows', async () => {
  const { answer, used } = asking(() => Promise.reject(new AppError('unauthenticated', safe`no`)));
  await expect(answer).rejects.toThrow('no');
  expect(used).toEqual([]);
});
