import { defineAgent, defineTool, z } from 'ballast';
import { expect, it } from 'vitest';
import type { Journal } from '../../lib/agent/loop/journal.ts';
import { runPattern } from '../../lib/agent/loop/patterns.ts';
import { silentStream } from '../../lib/agent/loop/run-stream.ts';
import type { LoopParts, Run } from '../../lib/agent/loop/types.ts';
import { tenantAccount } from '../../lib/budget/account.ts';
import { createAdmission } from '../../lib/caller/admission.ts';
import { UNGUARDED } from '../../lib/circuit-breaker/entry.ts';
import { createBackground } from '../../lib/kernel/background.ts';
import { createDeadline } from '../../lib/kernel/deadline.ts';
import { createRunAccount } from '../../lib/model-call/booking/run-account.ts';
import type { ModelRequest } from '../../lib/model-call/provider.ts';
import type { Outcome } from '../../lib/model-call/types.ts';
import { createMemoryRateStore } from '../../lib/rate-limit/memory-store.ts';
import { createRateLimit } from '../../lib/rate-limit/rate-limit.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { createFakeClock } from '../fake-clock.ts';
import { answer, text, use } from './run-parts.ts';

const look = defineTool({ name: 'look', description: '', input: z.object({}), run: () => 'seen '.repeat(2_000) });
const agent = defineAgent({
  name: 'careful',
  description: '',
  system: 'You are a test.',
  tools: [look],
  pattern: 'reflection',
  models: { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' },
  maxOutputTokens: 1_000,
});
/** Looks three times, the window growing full, drafts, is criticised, looks again, revises, and is approved. */
const script = [
  answer([use('look', {}, 'a')], 'tool_use', 9_000),
  answer([use('look', {}, 'b'), use('look', {}, 'c')], 'tool_use', 13_500),
  answer([text('The draft.')], 'end_turn', 9_000),
  answer([text('REVISE\n1. Look again.')]),
  answer([use('look', {}, 'd')], 'tool_use', 13_500),
  answer([text('The revision.')], 'end_turn', 9_000),
  answer([text('APPROVED')]),
];

/** Keeps results as JSON, and gives back those it begins with instead of making them. */
const recording = (known: ReadonlyMap<string, string>) => {
  const kept = new Map(known);
  const names: string[] = [];
  const journal: Journal = {
    async step<T>(name: string, act: () => Promise<T>) {
      names.push(name);
      if (!kept.has(name)) kept.set(name, JSON.stringify(await act()));
      return JSON.parse(kept.get(name) ?? '') as T;
    },
    ask: () => Promise.reject(new Error('nobody to ask')),
  };
  return { journal, kept, names };
};

const played = async (known: ReadonlyMap<string, string>) => {
  const clock = createFakeClock();
  const requests = new Map<number, ModelRequest>();
  const { journal, kept, names } = recording(known);
  const rateLimit = createRateLimit({ store: createMemoryRateStore(), clock, emit: () => undefined });
  const slots = { take: async () => ({ held: true as const, release: async () => {} }) };
  const tenant = newTenant('demo', 0);
  const principal = { tenantId: 'demo', keyId: 'key', scopes: [], tenant };
  const keyLimits = { requestsPerMinute: null, dailyBudgetUsd: null };
  using deadline = createDeadline(clock, 60_000);
  const parts: LoopParts = {
    callModel: async (request, { step }) => {
      requests.set(step, structuredClone(request));
      return script[step - 1] as Outcome;
    },
    clock,
    emit: () => undefined,
    contextWindowOf: () => 20_000,
    circuits: { enter: async () => UNGUARDED },
    fetchFor: () => () => Promise.reject(new Error('no network')),
    secretOf: () => ({ get: async () => 'unused', refresh: async () => 'unused' }),
  };
  const run: Run = {
    runId: 'run_1',
    agent,
    model: 'claude-sonnet-5-5',
    maxModelCalls: 10,
    standIns: [],
    maxRetries: null,
    tenantId: 'demo',
    keyId: 'key',
    userId: null,
    hops: 0,
    deadline,
    journal,
    stream: silentStream,
    account: createRunAccount(null, createBackground()),
    background: createBackground(),
    budget: { tenant: tenantAccount('demo', { day: null, month: null }), others: [], shadow: false },
    admission: createAdmission(
      { rateLimit, slots, clock, emit: () => undefined },
      { principal: { ...principal, keyLimits }, userId: null, runId: 'run_1', deadline },
    ),
    beforeEffects: async () => {},
    messages: [{ role: 'user', content: 'Do it.' }],
  };
  return { result: await runPattern(parts, run), requests, kept, names };
};

it('a run that is replayed from any point asks what it would have asked, and ends as it would have', async () => {
  const first = await played(new Map());
  expect(first.result).toMatchObject({ ending: { stop: 'end_turn' }, output: 'The revision.' });
  expect(first.names).toEqual(
    'model-1 tool-1-a model-2 tool-2-b tool-2-c model-3 model-4 model-5 tool-5-d model-6 model-7'.split(' '),
  );
  expect(JSON.stringify(first.requests.get(3))).toContain('was removed to make room');
  const entries = [...first.kept];
  for (let known = 1; known <= entries.length; known += 1) {
    const again = await played(new Map(entries.slice(0, known)));
    expect(again.names).toEqual(first.names);
    expect(again.result).toEqual(first.result);
    for (const [step, request] of again.requests) expect(request).toEqual(first.requests.get(step));
    expect(again.requests.size).toBe(entries.slice(known).filter(([name]) => name.startsWith('model-')).length);
  }
});
