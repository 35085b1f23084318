import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { type ControlRunParts, createControlRun } from '../../lib/durable-run/control-run.ts';
import type { Principal } from '../../lib/tenants/types.ts';
import { createFakeClock } from '../fake-clock.ts';

const by = { tenantId: 'acme', keyId: 'key_1' } as Principal;
const RUN = 'run_01m8mhe19qwzmcmc6gg6ntbr29';
const SHOWN = { card: '[REDACTED_CARD]', note: 'as shown' };

/** A run that asks a person about one call, whose input they see as `SHOWN`; what was decided. */
const waiting = () => {
  const decided: unknown[] = [];
  const tool = { input: z.object({ card: z.string(), note: z.string() }) };
  const asked = { toolUseId: 'toolu_1', tool: 'charge', input: SHOWN, requestedAt: 0 };
  const parts = {
    clock: createFakeClock(),
    catalog: { find: () => ({ tools: new Map([['charge', tool]]) }) },
    runs: {
      find: async () => ({ tenantId: 'acme', runId: RUN, agent: 'a', mode: 'async', status: 'awaiting_approval' }),
    },
    inbox: {
      read: async () => ({ approvals: [asked], decisions: [], callbackId: null }),
      decide: async (_run: unknown, _id: string, decision: unknown) => (decided.push(decision), 'taken'),
    },
    executions: { wake: async () => {} },
    note: async () => {},
  };
  return { decided, control: createControlRun(parts as unknown as ControlRunParts) };
};

it('an edit that sends back a label of a hidden value is refused, and stays open', async () => {
  const { decided, control } = waiting();
  const input = { ...SHOWN, note: 'changed' };
  await expect(control.decide(by, RUN, 'toolu_1', { decision: 'edit', input })).rejects.toMatchObject({
    code: 'invalid-request',
    issues: [{ path: 'input' }],
  });
  expect(decided).toEqual([]);
});

it.each([
  ['the value itself', '4111 1111 1111 1111'],
  ['a label that was not shown', '[REDACTED_EMAIL]'],
])('an edit may hold %s', async (_what, card) => {
  const { decided, control } = waiting();
  const input = { card, note: 'changed' };
  await control.decide(by, RUN, 'toolu_1', { decision: 'edit', input });
  expect(decided).toMatchObject([{ decision: 'edit', input }]);
});

it.each([
  ['nobody has', [], null, 'not-found'],
  ['is there, and has no run', [], {}, 0],
  ['is gone, and has left a run', [{ tenantId: 'gone', runId: RUN }], null, 1],
])('all runs are cancelled of a tenant that %s', async (_what, unfinished, tenant, result) => {
  const noted: string[] = [];
  const parts = {
    clock: createFakeClock(),
    runs: { find: async () => null },
    inbox: { cancel: async () => 'taken' },
    executions: { wake: async () => {} },
    active: { list: async () => unfinished },
    tenants: { find: async () => tenant },
    note: async (_by: unknown, action: string) => void noted.push(action),
  };
  const control = createControlRun(parts as unknown as ControlRunParts);
  const cancelled = control.cancelAll(by, 'gone').catch((error: { code: string }) => error.code);
  expect(await cancelled).toBe(result);
  expect(noted).toEqual(result === 'not-found' ? [] : ['runs.cancelled']);
});
