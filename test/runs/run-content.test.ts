import { expect, it } from 'vitest';
import { label, safe } from '../../lib/kernel/redacted.ts';
import { createPutContent } from '../../lib/run/put-content.ts';
import {
  boundContent,
  MOST_BYTES,
  MOST_BYTES_IN_ALL,
  type RunContent,
  type StepContent,
  type StepName,
  withContent,
} from '../../lib/runs/trace/run-content.ts';
import type { TraceStep } from '../../lib/runs/trace/trace-step.ts';

const stepsOf = (count: number, content: StepContent) =>
  new Map(Array.from({ length: count }, (_, at) => [`tool:toolu_${at}` as StepName, content] as const));

it('what fits is kept as it is', () => {
  const steps = stepsOf(2, { input: { a: [1, null] }, output: 'ok' });
  expect(boundContent('Do it.', steps)).toEqual({ task: 'Do it.', steps: Object.fromEntries(steps), omitted: 0 });
});

it('a long text, or the JSON of a large input, is cut, and says how long it was', () => {
  const input = { text: 'x'.repeat(MOST_BYTES) };
  const { steps } = boundContent('', stepsOf(1, { input, output: '🌍'.repeat(MOST_BYTES) }));
  const kept = steps['tool:toolu_0'];
  expect(kept?.input).toMatch(/^\{"text":"x+\n\[cut: 65536 of 65547 characters kept\]$/);
  expect(kept?.output).toMatch(/🌍.?\n\[cut: 32767 of 131072 characters kept\]$/u);
});

it.each(['x', '"', '\u0000', '語', '🌍'])(
  'what is kept of a run has room in an answer, whatever it is made of: %j',
  (char) => {
    const value = char.repeat(3 * MOST_BYTES);
    const { steps, omitted } = boundContent(char, stepsOf(30, { input: value, output: value }));
    const kept = Object.values(steps).flatMap((content): unknown[] => Object.values(content));
    expect(kept.length + omitted).toBe(60);
    expect(kept.length).toBeGreaterThan(25);
    const bytes = Buffer.byteLength(JSON.stringify(kept));
    expect(bytes).toBeGreaterThan(0.9 * MOST_BYTES_IN_ALL);
    expect(bytes).toBeLessThan(MOST_BYTES_IN_ALL + 1_000);
    expect([Object.keys(steps['tool:toolu_0'] ?? {}), steps['tool:toolu_29']]).toEqual([['input', 'output'], {}]);
  },
);

it('it is redacted before it is cut: no part of a secret is left at the border', async () => {
  const kept: RunContent[] = [];
  const redact = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll(/SECRET-\d+/g, '[R]')) as T;
  const keep = createPutContent({
    store: { put: async (_, content) => void kept.push(content) },
    loadRedact: async () => redact,
  });
  const output = `${'x'.repeat(MOST_BYTES - 12)}SECRET-1234567`;
  const contents = new Map<StepName, StepContent>([['tool:a', { input: { key: 'SECRET-1' }, output }]]);
  const shown = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll('Use', '[U]')) as T;
  await keep({ tenantId: 'acme', runId: 'run_1' }, { task: 'Use SECRET-2.', contents }, shown);
  expect(kept).toEqual([
    {
      task: '[U] [R].',
      steps: { 'tool:a': { input: { key: '[R]' }, output: output.replace(/SECRET.*/, '[R]') } },
      omitted: 0,
    },
  ]);
});

it('a step of a trace gets what was written in it, and no other step', () => {
  const step = (over: Partial<TraceStep>): TraceStep => ({
    kind: 'tool',
    name: safe`pay`,
    startedAt: '2026-11-20T12:00:00.000Z',
    durationMs: 0,
    attempts: 1,
    status: 'succeeded',
    ...over,
  });
  const content: RunContent = {
    task: '',
    omitted: 0,
    steps: { 'tool:a': { input: 1, output: 'one' }, 'approval:a': { input: 2 }, 'message:msg_1': { input: 'three' } },
  };
  const toolUseId = label('a');
  expect(withContent(step({ toolUseId }), content)).toMatchObject({ input: 1, output: 'one' });
  expect(withContent(step({ kind: 'approval', toolUseId }), content)).toMatchObject({ input: 2 });
  expect(withContent(step({ kind: 'message', name: label('msg_1') }), content)).toMatchObject({ input: 'three' });
  for (const other of [step({ kind: 'model', name: label('a') }), step({}), step({ toolUseId: label('b') })])
    expect(withContent(other, content)).toEqual(other);
  expect(withContent(step({ toolUseId }), null)).not.toHaveProperty('input');
});
