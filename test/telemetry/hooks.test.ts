import type { HookContext, Hooks } from 'ballast';
import { describe, expect, it } from 'vitest';
import { label } from '../../lib/kernel/redacted.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { deliverHooks, HOOKS_LIMIT_MS } from '../../lib/telemetry/hooks/deliver-hooks.ts';
import { createHookSet, type Kept } from '../../lib/telemetry/hooks/hook-set.ts';
import { createOwnMetrics } from '../../lib/telemetry/metrics/own-metrics.ts';
import { createFakeClock } from '../fake-clock.ts';
import { SAMPLES } from './events.ts';

const ALL = ['runStarted', 'modelCalled', 'toolFinished', 'runDegraded', 'runFinished'] as const;
const RUN = [
  SAMPLES['run.started'],
  SAMPLES['model.attempted'],
  SAMPLES['tool.finished'],
  SAMPLES['run.degraded'],
  SAMPLES['run.finished'],
];

const hooksOf = (ofApp: Hooks, ofAssistant: Hooks = {}) => {
  const clock = createFakeClock();
  const emitted: BallastEvent[] = [];
  const values: unknown[] = [];
  const metric: HookContext['metric'] = (...value) => void values.push(value);
  const ofAgents = new Map([['assistant', ofAssistant]]);
  const emit = (event: BallastEvent) => void emitted.push(event);
  const load = async () => (kept: readonly Kept[]) => deliverHooks({ ofApp, ofAgents, clock, metric, emit }, kept);
  const hooks = createHookSet({ clock, load });
  return { hooks, clock, emitted, values };
};

/** Hooks that note what they are told. */
const noting = (notes: unknown[]): Hooks =>
  Object.fromEntries(ALL.map((name) => [name, (event: object) => void notes.push([name, event])]));

describe('hooks', () => {
  it('are told what happened once the answer is out, in its order, the agent’s before the app’s', async () => {
    const notes: [string, Record<string, unknown>][] = [];
    const own: string[] = [];
    const { hooks, clock } = hooksOf(noting(notes), { runFinished: () => void own.push(`own, after ${notes.length}`) });
    await clock.advance(1_000);
    for (const event of RUN) hooks.listen(event);
    const at = clock.now();
    await clock.advance(5_000);
    expect(notes).toEqual([]);
    await hooks.deliver('req_1');
    expect(notes.map(([name]) => name)).toEqual(ALL);
    expect(own).toEqual(['own, after 4']);
    expect(notes.map(([, event]) => event['at'])).toEqual(ALL.map(() => at));
    expect(notes.map(([, event]) => event['agent'])).toEqual(ALL.map(() => 'assistant'));
    expect(notes.at(-1)?.[1]).toMatchObject({ runId: 'run_01', tenantId: 'demo', status: 'succeeded', modelCalls: 2 });
    await hooks.deliver('req_1');
    expect(notes).toHaveLength(5);
  });

  it('are told each fact of what happened, and nothing else of it', async () => {
    const notes: [string, object][] = [];
    const { hooks, clock } = hooksOf(noting(notes));
    const declinedCall = { ...SAMPLES['tool.finished'], outcome: label('declined') };
    for (const event of [...RUN, declinedCall]) hooks.listen(event);
    await hooks.deliver('req_1');
    const about = { at: clock.now(), runId: 'run_01', agent: 'assistant' };
    const { model, costUsd, inputTokens, outputTokens, cacheReadInputTokens } = SAMPLES['model.attempted'];
    const tokens = { inputTokens, outputTokens, cacheReadInputTokens, cacheCreationInputTokens: 533 };
    expect(notes).toEqual([
      ['runStarted', { ...about, tenantId: 'demo' }],
      ['modelCalled', { ...about, model, outcome: 'answered', ...tokens, costUsd, durationMs: 130 }],
      ['toolFinished', { ...about, tool: 'calculate', outcome: 'ok', durationMs: 12 }],
      ['runDegraded', { ...about, servedBy: 'default', reason: 'upstream-overloaded' }],
      [
        'runFinished',
        {
          ...about,
          tenantId: 'demo',
          status: 'succeeded',
          reason: 'end_turn',
          modelCalls: 2,
          toolCalls: 1,
          costUsd,
          durationMs: 286,
        },
      ],
      ['toolFinished', { ...about, tool: 'calculate', outcome: 'declined', durationMs: 12 }],
    ]);
  });

  it('are not loaded where there is nothing to tell', async () => {
    let loads = 0;
    const load = async () => {
      loads += 1;
      return async () => undefined;
    };
    const hooks = createHookSet({ clock: createFakeClock(), load });
    await hooks.deliver('req_1');
    expect(loads).toBe(0);
    hooks.listen(SAMPLES['run.finished']);
    await hooks.deliver('req_1');
    expect(loads).toBe(1);
  });

  it('of an agent are told of its runs alone', async () => {
    const notes: unknown[] = [];
    const { hooks } = hooksOf({}, noting(notes));
    hooks.listen({ ...SAMPLES['run.finished'], agent: label('researcher') });
    await hooks.deliver('req_1');
    expect(notes).toEqual([]);
  });

  it('that throw, at once or later, are named in the log, and the others are told all the same', async () => {
    const notes: unknown[] = [];
    const { hooks, emitted } = hooksOf(noting(notes), {
      runStarted: () => {
        throw new TypeError('canary');
      },
      runFinished: () => Promise.reject(new RangeError('canary')),
    });
    for (const event of RUN) hooks.listen(event);
    await hooks.deliver('req_1');
    expect(notes).toHaveLength(5);
    expect(emitted).toMatchObject([
      { type: 'hook.failed', hook: 'runStarted', error: 'TypeError', agent: 'assistant' },
      { type: 'hook.failed', hook: 'runFinished', error: 'RangeError' },
    ]);
    expect(JSON.stringify(emitted)).not.toContain('canary');
  });

  it('that hang are given up together, and told so by their signal', async () => {
    const signals: AbortSignal[] = [];
    const hang = (_event: unknown, { signal }: HookContext) => {
      signals.push(signal);
      return new Promise(() => undefined);
    };
    const quick = { runStarted: () => 'quick' };
    const { hooks, clock, emitted } = hooksOf(
      { runStarted: hang, modelCalled: hang, runFinished: () => 'quick' },
      quick,
    );
    for (const event of RUN) hooks.listen(event);
    const delivered = hooks.deliver('req_1');
    await clock.advance(0);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    await clock.advance(HOOKS_LIMIT_MS);
    await delivered;
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(emitted).toMatchObject([
      { hook: 'runStarted', error: 'TimeoutError' },
      { hook: 'modelCalled', error: 'TimeoutError' },
    ]);
  });

  it('that end by their signal are told of once, as too slow', async () => {
    const stopped = (_event: unknown, { signal }: HookContext) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new RangeError('canary')), { once: true }),
      );
    const { hooks, clock, emitted } = hooksOf({ runFinished: stopped });
    hooks.listen(SAMPLES['run.finished']);
    const delivered = hooks.deliver('req_1');
    await clock.advance(HOOKS_LIMIT_MS);
    await delivered;
    await clock.advance(0);
    expect(emitted).toMatchObject([{ hook: 'runFinished', error: 'TimeoutError' }]);
  });

  it('change nothing of what others are told', async () => {
    const notes: [string, Record<string, unknown>][] = [];
    const { hooks, emitted } = hooksOf(noting(notes), {
      runFinished: (event) => void ((event as { status: string }).status = 'lost'),
    });
    hooks.listen(SAMPLES['run.finished']);
    await hooks.deliver('req_1');
    expect(notes).toMatchObject([['runFinished', { status: 'succeeded' }]]);
    expect(emitted).toMatchObject([{ type: 'hook.failed', error: 'TypeError' }]);
  });

  it('are told of so many events of a run, and no more but its end', async () => {
    const notes: [string][] = [];
    const { hooks } = hooksOf(noting(notes));
    for (let at = 0; at < 1_500; at += 1) hooks.listen(SAMPLES['tool.finished']);
    hooks.listen(SAMPLES['run.finished']);
    await hooks.deliver('req_1');
    expect(notes).toHaveLength(1_001);
    expect(notes.at(-1)?.[0]).toBe('runFinished');
  });

  it('miss nothing for what they are never told of', async () => {
    const notes: unknown[] = [];
    const { hooks } = hooksOf(noting(notes));
    const unheard = { type: 'run.stuck', runId: label('run_01'), agent: label('assistant'), sinceMs: 1 } as const;
    for (let at = 0; at < 1_500; at += 1) hooks.listen(unheard);
    for (const event of RUN) hooks.listen(event);
    await hooks.deliver('req_1');
    expect(notes).toHaveLength(5);
  });

  it.each(['req_1', 'run_01'])(
    'are told of a run when it has ended itself (%s), and by no other’s end',
    async (own) => {
      const notes: unknown[] = [];
      const { hooks } = hooksOf(noting(notes));
      for (const event of RUN) hooks.listen(event);
      hooks.listen({ ...SAMPLES['run.started'], runId: label('run_02'), requestId: label('req_2') });
      await hooks.deliver('req_2');
      await hooks.deliver();
      expect(notes).toMatchObject([['runStarted', { runId: 'run_02' }]]);
      await hooks.deliver(own);
      expect(notes).toHaveLength(6);
    },
  );

  it('are told by any end of a run that no request began here', async () => {
    const notes: unknown[] = [];
    const { hooks } = hooksOf(noting(notes));
    hooks.listen(SAMPLES['run.finished']);
    await hooks.deliver();
    expect(notes).toHaveLength(1);
  });
});

describe('a metric of the user’s', () => {
  const lines: string[] = [];
  const clock = createFakeClock();
  const metricsOf = (...names: string[]) =>
    createOwnMetrics({ names, stage: 'dev', clock, write: (line) => void lines.push(line) });

  it('is written as CloudWatch takes it, in a place of its own, by stage', () => {
    metricsOf('OrdersFound')('OrdersFound', 3);
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({
      _aws: {
        Timestamp: clock.now(),
        CloudWatchMetrics: [{ Namespace: 'Ballast/Own', Dimensions: [['stage']], Metrics: [{ Name: 'OrdersFound' }] }],
      },
      stage: 'dev',
      OrdersFound: 3,
    });
  });

  it('is one that was declared, and takes numbers', () => {
    const before = lines.length;
    const metric = metricsOf('OrdersFound');
    expect(() => metric('OrdersLost', 1)).toThrow('There is no metric OrdersLost: export it in metrics');
    expect(() => metric('OrdersFound', Number.NaN)).toThrow('The metric OrdersFound takes numbers');
    expect(lines).toHaveLength(before);
  });
});
