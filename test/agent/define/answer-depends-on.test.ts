import { type Agent, type AgentOptions, defineAgent, defineTool, z } from 'ballast';
import { expect, it } from 'vitest';
import { fingerprintOf } from '../../../lib/durable-run/submission.ts';
import { createMemoryCacheStore } from '../../../lib/response-cache/memory-store.ts';
import { createResponseCache } from '../../../lib/response-cache/response-cache.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { answer, runParts, text } from '../run-parts.ts';

const seeded = { random: () => 0.5, randomBytes: (length: number) => new Uint8Array(length).fill(7) };

const tool = (options: object = {}) =>
  defineTool({ name: 'sum', description: 'Adds.', input: z.object({}), run: () => 'ok', ...options });

const BASE: AgentOptions = {
  name: 'assistant',
  description: 'for tests',
  system: 'You are a test.',
  models: { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' },
  tools: [tool()],
};

type Variation = readonly ['other' | 'same' | 'cleaned', Partial<AgentOptions>, Partial<AgentOptions>?];

/** Of each option another value, and what an answer is by it: another one, the same, or the same with other secrets replaced. */
const OPTIONS: Readonly<Record<keyof AgentOptions, Variation>> = {
  name: ['other', { name: 'other' }],
  denyInput: ['same', { denyInput: { rude: 'damn' } }],
  inputReads: ['other', { inputReads: ['untrusted'] }],
  description: ['same', { description: 'for others' }],
  version: ['other', { version: '2' }],
  pattern: ['other', { pattern: 'reflection' }],
  maxRounds: ['other', { maxRounds: 3 }, { pattern: 'reflection' }],
  system: ['other', { system: 'You are another test.' }],
  tools: ['other', { tools: [] }],
  output: ['other', { output: z.strictObject({ topic: z.string() }) }],
  // The model of a run is known by itself.
  models: ['same', { models: { ...BASE.models, simple: 'claude-haiku-4-5' } }],
  fallbackModels: ['same', { fallbackModels: ['claude-haiku-4-5'] }],
  fallbackMessage: ['same', { fallbackMessage: 'Later.' }],
  cache: ['same', { cache: { ttlSeconds: 60 } }],
  redactOutput: ['cleaned', { redactOutput: true }],
  redact: ['cleaned', { redactOutput: true, redact: ['keys'] }],
  maxOutputTokens: ['other', { maxOutputTokens: 100 }],
  maxModelCalls: ['same', { maxModelCalls: 3 }],
  retries: ['same', { retries: 1 }],
  timeoutMs: ['same', { timeoutMs: 60_000 }],
  maxCostUsd: ['same', { maxCostUsd: '1' }],
  effort: ['other', { effort: 'low' }, { effort: 'high' }],
  thinking: ['other', { thinking: 'off' }, { thinking: 'adaptive' }],
  temperature: ['other', { temperature: 0 }, { temperature: 1 }],
  topP: ['other', { topP: 0.5 }, { topP: 0.9 }],
  topK: ['other', { topK: 5 }, { topK: 50 }],
  stopSequences: ['other', { stopSequences: ['END'] }, { stopSequences: ['STOP'] }],
  logLevel: ['same', { logLevel: 'DEBUG' }],
  circuit: ['same', { circuit: { failureThreshold: 3 } }],
  on: ['same', { on: { runFinished: () => {} } }],
  maxToolOutputChars: ['other', { maxToolOutputChars: 100 }],
  sessionRetentionDays: ['same', { sessionRetentionDays: 1 }],
};

it('has every option of an agent', () => {
  const { definedAt: _, ...agent } = defineAgent(BASE);
  expect(Object.keys(OPTIONS).sort()).toEqual(Object.keys(agent).sort());
});

interface Row {
  readonly of: string;
  readonly outcome: string;
  readonly change: Partial<AgentOptions>;
  readonly before?: Partial<AgentOptions> | undefined;
}

const rows: readonly Row[] = [
  ...Object.entries(OPTIONS).map(([of, [outcome, change, before]]) => ({ of, outcome, change, before })),
  { of: 'description of a tool', outcome: 'other', change: { tools: [tool({ description: 'Sums.' })] } },
  { of: 'input of a tool', outcome: 'other', change: { tools: [tool({ input: z.object({ a: z.number() }) })] } },
  { of: 'effect of a tool', outcome: 'other', change: { tools: [tool({ sideEffects: true })] } },
];

it.each(rows)('an agent with another $of has an answer that is $outcome', async ({ outcome, change, before }) => {
  const options = { ...BASE, ...before };
  const [first, second] = [defineAgent(options), defineAgent({ ...options, ...change })];
  const [known, changed] = [await fingerprintOf(first), await fingerprintOf(second)];
  expect(known === changed).toBe(outcome !== 'other');

  const emit = () => undefined;
  const store = createMemoryCacheStore();
  const responses = createResponseCache({ store, emit, clock: createFakeClock(), ...seeded });
  const script = Array.from({ length: 4 }, () => answer([text('{"topic": "APPROVED"}')]));
  const ask = (agent: Agent) => runParts(script, { agent, responses }).run({ agent: agent.name, cache: 'use' });
  expect(await ask(first)).toMatchObject({ status: 'succeeded', cache: 'miss' });
  expect(await ask(second)).toMatchObject({ cache: outcome === 'same' ? 'hit' : 'miss' });
});
