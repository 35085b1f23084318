import { expect, it } from 'vitest';
import { createAdmission } from '../../../lib/caller/admission.ts';
import { workingPrincipal } from '../../../lib/durable-run/submission.ts';
import { admissionOf } from '../../../lib/durable-run/worker/run-admission.ts';
import { createMemoryRateStore } from '../../../lib/rate-limit/memory-store.ts';
import { createRateLimit } from '../../../lib/rate-limit/rate-limit.ts';
import { newTenant, type TenantSettings } from '../../../lib/tenants/types.ts';
import { createFakeClock } from '../../fake-clock.ts';

const setUp = (settings: Partial<TenantSettings>) => {
  const clock = createFakeClock();
  const emit = () => undefined;
  const rateLimit = createRateLimit({ clock, store: createMemoryRateStore(), emit });
  const tenant = { now: newTenant('acme', 0, settings) };
  const slots = { take: () => Promise.reject(new Error('a worker takes its slot itself')) };
  const caller = {
    userId: null,
    runId: 'run_1',
    deadline: { signal: new AbortController().signal, remainingMs: () => 1_000 },
  };
  const principal = {
    tenantId: 'acme',
    keyId: 'key',
    scopes: [],
    keyLimits: { requestsPerMinute: null, dailyBudgetUsd: null },
  };
  const admission = admissionOf(tenant, (now) =>
    createAdmission({ rateLimit, slots, clock, emit }, { ...caller, principal: workingPrincipal(principal, now) }),
  );
  let step = 0;
  return {
    admission,
    set: (changes: Partial<TenantSettings>) => void (tenant.now = { ...tenant.now, ...changes }),
    /** A call that uses so many tokens, where it is let in. */
    call: async (tokens: number) => {
      step += 1;
      const refusal = await admission.enter(step, () => tokens);
      if (refusal === null) await admission.charge(step, tokens, true);
      return refusal?.code ?? 'in';
    },
    tokensLeft: async () =>
      (await rateLimit.take({ key: 'tenant#acme#tokens', permitsPerMinute: 1_000 }, 1)).remaining + 1,
  };
};

it('is held to a limit of tokens that was set since, and to one that was lowered or lifted', async () => {
  const { call, set } = setUp({ tokensPerMinute: null });
  expect(await call(5_000)).toBe('in');
  set({ tokensPerMinute: 1_000 });
  expect(await call(1_000)).toBe('in');
  set({ tokensPerMinute: 0 });
  expect(await call(1)).toBe('forbidden');
  set({ tokensPerMinute: 500 });
  expect(await call(400)).toBe('rate-limited');
  set({ shadow: ['rate'] });
  expect(await call(400)).toBe('in');
});

it('is let in once by the same limits, however often its tenant is read again', async () => {
  const { call, set } = setUp({ tokensPerMinute: 1_000 });
  expect(await call(900)).toBe('in');
  set({ dailyBudgetUsd: '1' });
  // More than is left: who was let in is not cut off.
  expect(await call(900)).toBe('in');
});

it('gives back what was taken for a call that was never answered, where another limit has come', async () => {
  const { admission, call, set, tokensLeft } = setUp({ tokensPerMinute: 1_000 });
  expect(await admission.enter(0, () => 600)).toBeNull();
  set({ tokensPerMinute: 1_001 });
  expect(await call(100)).toBe('in');
  await admission.leave();
  expect(await tokensLeft()).toBeGreaterThanOrEqual(899);
});
