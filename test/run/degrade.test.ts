import { defineTool, z } from 'ballast';
import { describe, expect, it } from 'vitest';
import { type RunStream, silentStream } from '../../lib/agent/loop/run-stream.ts';
import type { Outcome } from '../../lib/model-call/types.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { answer, runParts, text, use } from '../agent/run-parts.ts';
import { failing } from '../model-call/parts.ts';

const MESSAGE = 'We cannot answer just now.';
const told = { fallbackMessage: MESSAGE };

/** What a caller hears of the words. */
const hearing = () => {
  const heard: string[] = [];
  const stream: RunStream = { ...silentStream, text: (delta) => heard.push(delta), reset: () => heard.push('<reset>') };
  return { heard, stream };
};

describe('an answer of a stand-in', () => {
  const served = { ...answer([text('Yes.')]), degraded: { reason: 'upstream-overloaded', model: 'claude-haiku-4-5' } };

  it('says that it is one, and why', async () => {
    const { run, events } = runParts([served as Outcome]);
    const degraded = { reason: 'upstream-overloaded', servedBy: 'fallback-model' };
    expect(await run()).toMatchObject({ status: 'succeeded', output: 'Yes.', degraded });
    expect(events).toContainEqual({
      type: 'run.degraded',
      runId: expect.any(String) as unknown,
      agent: 'assistant',
      ...degraded,
    });
  });

  it('is told when it was only one of the calls', async () => {
    const { run } = runParts([
      { ...answer([use('nothing')]), degraded: served.degraded } as Outcome,
      answer([text('Yes.')]),
    ]);
    expect(await run()).toMatchObject({ degraded: { servedBy: 'fallback-model' } });
  });

  it('stands in the trace under the name of the model that served', async () => {
    const { run, runs } = runParts([served as Outcome]);
    const { runId } = await run();
    expect((await runs.find('demo', runId))?.steps).toMatchObject([{ kind: 'model', name: 'claude-haiku-4-5' }]);
  });
});

describe('an agent’s own message', () => {
  it.each(['overloaded', 'server-error', 'no-content', 'cut', 'rate-limited', 'circuit-open'] as const)(
    'stands in where every model failed by %s, marked as such',
    async (kind) => {
      const answered = await runParts([failing(kind)], told).run();
      expect(answered).toMatchObject({
        status: 'incomplete',
        stopReason: 'fallback',
        output: MESSAGE,
        degraded: { servedBy: 'default' },
        usage: { modelCalls: 0 },
      });
    },
  );

  it.each(['credential', 'invalid-request', 'refused', 'deadline', 'cancelled', 'run-cost'] as const)(
    'does not hide %s',
    async (kind) => {
      await expect(runParts([failing(kind)], told).run()).rejects.toMatchObject({ name: 'AppError' });
    },
  );

  it('takes the place of half an answer that its caller has heard', async () => {
    const { heard, stream } = hearing();
    const half = (_: unknown, { listener: { sink } }: { listener: { sink: { text(delta: string): void } } }) => {
      sink.text('half');
      return failing('cut', { contentSeen: true });
    };
    await runParts([half], { ...told, stream }).run();
    expect(heard).toEqual(['half', '<reset>', MESSAGE]);
  });

  it('is not what a repeated request gets for ever', async () => {
    const ended: string[] = [];
    const ending = (how: string) => async () => (ended.push(how), 'done' as const);
    const claim = { complete: ending('complete'), release: ending('release'), markEffects: async () => {} };
    await runParts([failing('circuit-open')], { ...told, claim }).run();
    expect(ended).toEqual(['release']);
  });

  it('is nothing that an agent without one says', async () => {
    await expect(runParts([failing('overloaded')]).run()).rejects.toMatchObject({ code: 'upstream-overloaded' });
  });
});

describe('a stale answer', () => {
  it('stands in before the message does, and says so', async () => {
    const { run, clock } = runParts([answer([text('An hour old.')]), failing('overloaded')], told);
    await run({ cache: 'use' });
    await clock.advance(3_600_000);
    expect(await run({ cache: 'use' })).toMatchObject({
      status: 'succeeded',
      stopReason: 'end_turn',
      output: 'An hour old.',
      model: 'claude-sonnet-5-5',
      cache: 'miss',
      degraded: { reason: 'upstream-overloaded', servedBy: 'cache' },
    });
  });

  it('is not for who bypasses the cache', async () => {
    const { run, clock } = runParts([answer([text('An hour old.')]), failing('overloaded')]);
    await run({ cache: 'use' });
    await clock.advance(3_600_000);
    await expect(run({ cache: 'bypass' })).rejects.toMatchObject({ code: 'upstream-overloaded' });
  });

  it('of another tenant stands in for nobody', async () => {
    const { run, clock } = runParts([answer([text('Theirs.')]), failing('overloaded')]);
    await run({ cache: 'use' });
    await clock.advance(3_600_000);
    const other = run({ cache: 'use' }, undefined, newTenant('other', 0));
    await expect(other).rejects.toMatchObject({ code: 'upstream-overloaded' });
  });

  it('takes nothing away of what the run did and used', async () => {
    const tools = [
      defineTool({ name: 'look', description: '', input: z.object({}), cacheable: true, run: () => 'ok' }),
    ];
    const script = [answer([text('An hour old.')]), answer([use('look')]), failing('overloaded')];
    const { run, clock, runs } = runParts(script, { tools });
    await run({ cache: 'use' });
    await clock.advance(3_600_000);
    const degraded = await run({ cache: 'use' });
    expect(degraded).toMatchObject({
      output: 'An hour old.',
      degraded: { servedBy: 'cache' },
      usage: { modelCalls: 1, toolCalls: 1, inputTokens: 10 },
    });
    expect((await runs.find('demo', degraded.runId))?.steps.map(({ kind }) => kind)).toEqual([
      'model',
      'tool',
      'model',
    ]);
  });
});

it('nothing stands in for a run that has changed the world', async () => {
  const pay = defineTool({ name: 'pay', description: '', input: z.object({}), sideEffects: true, run: () => 'paid' });
  const { run } = runParts([answer([use('pay')]), failing('overloaded')], { ...told, tools: [pay] });
  await expect(run()).rejects.toMatchObject({ code: 'upstream-overloaded', members: { usage: { toolCalls: 1 } } });
});
