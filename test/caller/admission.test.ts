import { beforeEach, expect, it } from 'vitest';
import { createAdmission } from '../../lib/caller/admission.ts';
import { createMemoryRateStore } from '../../lib/rate-limit/memory-store.ts';
import { createRateLimit, type RateLimit } from '../../lib/rate-limit/rate-limit.ts';
import type { RateStore } from '../../lib/rate-limit/store.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { newTenant, type TenantSettings } from '../../lib/tenants/types.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';

let clock: FakeClock;
let events: BallastEvent[];
let rateLimit: RateLimit;
let slots: { held: number; free: number };
beforeEach(() => {
  clock = createFakeClock();
  events = [];
  slots = { held: 0, free: 1 };
  rateLimit = createRateLimit({ clock, store: createMemoryRateStore(), emit: (event) => void events.push(event) });
});

const admission = (
  settings: Partial<TenantSettings>,
  signal = new AbortController().signal,
  userId: string | null = null,
  keyRequests: number | null = null,
) =>
  createAdmission(
    {
      rateLimit,
      clock,
      emit: (event) => void events.push(event),
      slots: {
        async take() {
          if (slots.held === slots.free) return { held: false, retryAfterMs: 1_000 };
          slots.held += 1;
          return { held: true, release: async () => void (slots.held -= 1) };
        },
      },
    },
    {
      principal: {
        tenantId: 'acme',
        keyId: 'key',
        scopes: [],
        tenant: newTenant('acme', 0, settings),
        keyLimits: { requestsPerMinute: keyRequests, dailyBudgetUsd: null },
      },
      userId,
      runId: 'run_1',
      deadline: { signal, remainingMs: () => 60_000 },
    },
  );
const tokensLeft = async (): Promise<number> =>
  (await rateLimit.take({ key: 'tenant#acme#tokens', permitsPerMinute: 1_000 }, 1)).remaining + 1;

it('charges what a call used less what was taken for it, over all its attempts', async () => {
  const run = admission({ tokensPerMinute: 1_000 });
  expect(await run.enter(1, () => 100)).toBeNull();
  await run.charge(1, 60, false);
  await run.charge(1, 60, true);
  expect(await tokensLeft()).toBe(1_000 - 120);
});

it.each([
  ['that was answered gives back what was charged too much for it', [[30, true]], 30],
  [
    'whose second attempt was answered keeps what both have used',
    [
      [30, false],
      [20, true],
    ],
    50,
  ],
  ['that was never answered gives back what no attempt has used, when the run is over', [[30, false]], 30],
  ['that failed before anything was used gives all of it back', [], 0],
] as const)('a call %s', async (_title, attempts, used) => {
  const run = admission({ tokensPerMinute: 1_000 });
  await run.enter(1, () => 900);
  for (const [tokens, answered] of attempts) await run.charge(1, tokens, answered);
  await run.leave();
  await run.leave();
  expect(await tokensLeft()).toBe(1_000 - used);
});

it('gives back no more than has not been refilled', async () => {
  const run = admission({ tokensPerMinute: 1_000 });
  await run.enter(1, () => 1_000);
  await clock.advance(54_000);
  await run.charge(1, 10, true);
  expect(await tokensLeft()).toBe(1_000);
});

it('charges a later call of the run in full', async () => {
  const run = admission({ tokensPerMinute: 1_000 });
  await run.enter(1, () => 100);
  await run.charge(1, 100, true);
  expect(await run.enter(2, () => 500)).toBeNull();
  await run.charge(2, 50, true);
  expect(await tokensLeft()).toBe(1_000 - 150);
});

it('gives back what was taken where nothing was sent, once, and asks anew then', async () => {
  const run = admission({ tokensPerMinute: 1_000, maxConcurrentRuns: 1 });
  await run.enter(1, () => 100);
  await run.undo(2);
  expect(slots.held).toBe(1);
  await run.undo(1);
  await run.undo(1);
  expect([slots.held, await tokensLeft()]).toEqual([0, 1_000]);
  expect(await run.enter(1, () => 100)).toBeNull();
  expect(slots.held).toBe(1);
});

it('gives back what the other limits had let through when one refuses', async () => {
  slots.free = 0;
  const refused = await admission({ tokensPerMinute: 1_000, maxConcurrentRuns: 1 }).enter(1, () => 100);
  expect(refused).toMatchObject({ code: 'rate-limited', retryAfterMs: 1_000 });
  expect(await tokensLeft()).toBe(1_000);
});

it('charges all that a call used where its limit only told what it would have refused', async () => {
  await rateLimit.charge({ key: 'tenant#acme#tokens', permitsPerMinute: 1_000 }, 1_000);
  const run = admission({ tokensPerMinute: 1_000, shadow: ['rate'] });
  expect(await run.enter(1, () => 100)).toBeNull();
  expect(events).toMatchObject([{ type: 'limit.refused', shadow: true }]);
  await run.charge(1, 100, true);
  // A hundred in debt: six seconds longer than the bucket takes by itself.
  const decision = await rateLimit.take({ key: 'tenant#acme#tokens', permitsPerMinute: 1_000 }, 1);
  expect(decision).toMatchObject({ admitted: false, resetMs: 66_000 });
});

it('holds up nobody whose run is over, and does not call that a failure of the store', async () => {
  const hanging: RateStore = {
    move: (_key, _move, { signal }) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted')))),
  };
  rateLimit = createRateLimit({ clock, store: hanging, emit: (event) => void events.push(event) });
  const leaving = new AbortController();
  const entering = admission({ requestsPerMinute: 1 }, leaving.signal).enter(1, () => 1);
  await clock.advance(10);
  leaving.abort();
  expect(await entering).toBeNull();
  expect(events).toEqual([]);
});

const ZEROS: [string, Partial<TenantSettings>, number | null][] = [
  ['tenant-requests', { requestsPerMinute: 0 }, null],
  ['tenant-tokens', { tokensPerMinute: 0 }, null],
  ['user-requests', { userRequestsPerMinute: 0 }, null],
  ['concurrent-runs', { maxConcurrentRuns: 0 }, null],
  ['key-requests', { requestsPerMinute: 5 }, 0],
];

it.each(ZEROS)(
  'forbids everything where the limit %s is 0, and asks no other limit',
  (limit, settings, keyRequests) => {
    slots.free = 1;
    const limited = { requestsPerMinute: 9, tokensPerMinute: 9, maxConcurrentRuns: 1, ...settings };
    const refused = expect(() => admission(limited, undefined, 'ada', keyRequests));
    refused.toThrow(expect.objectContaining({ code: 'forbidden', retryAfterMs: undefined }));
    expect(events).toMatchObject([{ type: 'limit.refused', limit, shadow: false, retryAfterMs: null }]);
    expect(slots.held).toBe(0);
  },
);

it('lets a limit of 0 in shadow mode only tell', async () => {
  const run = admission({ requestsPerMinute: 0, shadow: ['rate'] });
  expect(await run.enter(1, () => 1)).toBeNull();
  expect(events).toMatchObject([{ limit: 'tenant-requests', shadow: true }]);
});

it('counts whoever names no end user as one and the same, apart from those who are named', async () => {
  const limited = { userRequestsPerMinute: 1 };
  expect(await admission(limited).enter(1, () => 1)).toBeNull();
  expect(await admission(limited).enter(1, () => 1)).toMatchObject({ code: 'rate-limited' });
  for (const name of ['anonymous', 'ada'])
    expect(await admission(limited, undefined, name).enter(1, () => 1)).toBeNull();
});
