import { expect, it } from 'vitest';
import { createSweepRuns, type SweepRunsParts } from '../../lib/durable-run/sweep-runs.ts';
import type { Inbox } from '../../lib/runs/inbox/inbox-item.ts';
import type { RunRow } from '../../lib/runs/types.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { newTenant, type Tenant } from '../../lib/tenants/types.ts';
import { NO_TOKENS } from '../../lib/usage/record.ts';
import { createFakeClock } from '../fake-clock.ts';

const MINUTE_MS = 60_000;
const EMPTY: Inbox = {
  maxCostUsd: null,
  raises: 0,
  cancelled: null,
  messages: [],
  approvals: [],
  decisions: [],
  closed: false,
};
const ASKED = { toolUseId: 't', tool: 'pay', input: {}, requestedAt: 0 };

/** One run as the sweeper finds it, and what the sweeper does with it. */
const swept = async (
  row: Partial<RunRow> | null,
  inbox: Partial<Inbox> = {},
  hasRoom = false,
  ageMs = 5 * MINUTE_MS,
  status: Tenant['status'] = 'active',
) => {
  const clock = createFakeClock();
  const did: string[] = [];
  const events: BallastEvent[] = [];
  const run = { tenantId: 'acme', runId: 'run_1' };
  const whole: RunRow = {
    ...run,
    mode: 'async',
    status: 'running',
    agent: 'assistant',
    userId: null,
    sessionId: null,
    createdAt: clock.now() - 60 * MINUTE_MS,
    updatedAt: clock.now(),
    traceId: 't',
    body: {},
    steps: [],
    ...row,
  };
  const parts = {
    clock,
    emit: (event: BallastEvent) => void events.push(event),
    active: {
      list: async () => [{ ...run, addedAt: clock.now() - ageMs }],
      remove: async () => void did.push('forgotten'),
    },
    runs: {
      find: async () => (row === null ? null : whole),
      findInput: async () => null,
      end: async ({ status }: RunRow) => did.push(status),
    },
    inbox: { read: async () => ({ ...EMPTY, ...inbox }), forceClose: async () => {} },
    executions: {
      wake: async (id: string) => did.push(`woken ${id}`),
      start: async () => void did.push('started to end'),
    },
    startRuns: { startRun: async () => void did.push('started') },
    findTenant: async () => newTenant('acme', 0, { status }),
    hasRoom: async (_tenant: unknown, needsUsd: string) => {
      did.push(`needs ${needsUsd}`);
      return hasRoom;
    },
    stuckAfterMs: 30 * MINUTE_MS,
    booksOf: async () => ({ cost: 0n, modelCalls: 0, tokens: NO_TOKENS, attempts: [] }),
    eventLog: {
      read: async function* () {},
      tail: async () => ({ last: true, first: 1, count: 1, state: null }),
    },
    left: async () => void did.push('left'),
    announce: { ended: async () => {} },
  } as unknown as SweepRunsParts;
  await createSweepRuns(parts)();
  return { did, stuck: events.filter(({ type }) => type === 'run.stuck').length, now: clock.now() };
};

const { now } = await swept(null);
const waiting = (reason: string, more: object = {}) => ({ callbackId: 'cb', reason, round: 1, ...more });

it.each<[string, Partial<RunRow> | null, Partial<Inbox>, boolean, string[]]>([
  ['an id that was never submitted leaves', null, {}, false, ['left']],
  ['a run that has ended leaves', { status: 'succeeded' }, {}, false, ['left']],
  ['a run that works is left alone', {}, {}, false, []],
  ['a submission that nobody started is started', { status: 'queued' }, {}, false, ['started']],
  ['a young one is left alone', { status: 'queued', createdAt: now - 9_000 }, {}, false, []],
  [
    'a decision whose wake was lost wakes the run',
    { status: 'awaiting_approval', waiting: waiting('approval') },
    { approvals: [] },
    false,
    ['woken cb'],
  ],
  [
    'an open approval does not',
    { status: 'awaiting_approval', waiting: waiting('approval') },
    { approvals: [{ ...ASKED, expiresAt: now + 1_000 }] },
    false,
    [],
  ],
  [
    'an approval that has expired does',
    { status: 'awaiting_approval', waiting: waiting('approval') },
    { approvals: [{ ...ASKED, expiresAt: now }] },
    false,
    ['woken cb'],
  ],
  [
    'a cancellation whose wake was lost wakes the run',
    { status: 'awaiting_budget', waiting: waiting('budget') },
    { cancelled: { keyId: 'k', at: 0 } },
    false,
    ['woken cb'],
  ],
  [
    'room in a budget wakes the run',
    { status: 'awaiting_budget', waiting: waiting('budget', { needsUsd: '0.5' }), updatedAt: now - MINUTE_MS },
    {},
    true,
    ['needs 0.5', 'woken cb'],
  ],
  [
    'no room does not',
    { status: 'awaiting_budget', waiting: waiting('budget', { needsUsd: '0.5' }), updatedAt: now - MINUTE_MS },
    {},
    false,
    ['needs 0.5'],
  ],
  [
    'a run that was woken in vain is left alone for longer each time',
    {
      status: 'awaiting_budget',
      waiting: waiting('budget', { needsUsd: '0.5', round: 4 }),
      updatedAt: now - 5 * MINUTE_MS,
    },
    {},
    true,
    [],
  ],
  [
    'a run’s own limit is raised by its caller alone',
    { status: 'awaiting_budget', waiting: waiting('budget'), updatedAt: now - 600 * MINUTE_MS },
    {},
    true,
    [],
  ],
])('%s', async (_title, row, inbox, hasRoom, expected) => {
  expect((await swept(row, inbox, hasRoom)).did).toEqual(expected);
});

const IN_BUDGET = { status: 'awaiting_budget', waiting: waiting('budget', { needsUsd: '0.5' }) } as const;

it.each<[string, Partial<RunRow>, Partial<Inbox>, string[]]>([
  ['is not started', { status: 'queued' }, {}, []],
  ['is started where it was cancelled', { status: 'queued' }, { cancelled: { keyId: 'k', at: 0 } }, ['started to end']],
  ['is not woken by a decision', { status: 'awaiting_approval', waiting: waiting('approval') }, { approvals: [] }, []],
  ['is not woken by room in its budgets', { ...IN_BUDGET, updatedAt: now - MINUTE_MS }, {}, []],
  ['is not woken by a raised limit', { ...IN_BUDGET, waiting: waiting('budget', { raises: 0 }) }, { raises: 1 }, []],
  ['is woken where it was cancelled', IN_BUDGET, { cancelled: { keyId: 'k', at: 0 } }, ['woken cb']],
])('a waiting run of a suspended tenant %s', async (_title, row, inbox, expected) => {
  const { did } = await swept(row, inbox, true, 5 * MINUTE_MS, 'suspended');
  expect(did).toEqual(expected);
});

const LONG_AGO = { updatedAt: now - 30 * MINUTE_MS };

it.each<[string, Partial<RunRow>]>([
  ['works', {}],
  ['waits for its start', { status: 'queued' }],
  ['waits for a person', { status: 'awaiting_approval', waiting: waiting('approval') }],
])('a run that %s, and whose inbox was closed by one who is no more, is ended', async (_title, row) => {
  expect((await swept({ ...row, ...LONG_AGO }, { closed: true })).did).toEqual(['failed', 'left']);
});

it('a run that has just closed its inbox ends by itself', async () => {
  expect((await swept({ updatedAt: now - 29 * MINUTE_MS }, { closed: true })).did).toEqual([]);
});

it('a run that works without progress is reported as stuck', async () => {
  expect((await swept({ updatedAt: now - 29 * MINUTE_MS })).stuck).toBe(0);
  expect((await swept({ updatedAt: now - 30 * MINUTE_MS })).stuck).toBe(1);
  expect((await swept({ status: 'queued', updatedAt: now - 600 * MINUTE_MS })).stuck).toBe(0);
});

it('an id whose row may still be written is left alone for as long as its submission may take', async () => {
  expect((await swept(null, {}, false, 3 * MINUTE_MS - 1)).did).toEqual([]);
  expect((await swept(null, {}, false, 3 * MINUTE_MS)).did).not.toEqual([]);
});
