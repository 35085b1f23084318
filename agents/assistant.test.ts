import { always, calls, faults, testRun, together } from 'ballast/testing';
import { describe, expect, it } from 'vitest';
import { assistant } from './assistant.ts';

describe('the assistant', () => {
  it('uses its tools, several at once, and answers with what they say', async () => {
    const script = [
      together(calls('calculate', { expression: '17 * 23' }), calls('current_time', { timeZone: 'Europe/Zurich' })),
      'It is 391, and one o’clock.',
    ];
    const run = await testRun(assistant, 'What is 17 * 23, and what time is it in Zurich?', script);
    expect(run.tools).toMatchObject([
      { name: 'calculate', result: '391' },
      { name: 'current_time', result: expect.stringContaining('20 November 2026 at 13:00:00') as string },
    ]);
    expect(run.output).toBe('It is 391, and one o’clock.');
  });

  it('falls back to Claude Haiku 4.5 where its model is overloaded', async () => {
    const script = { 'claude-sonnet-5-5': [always(faults.overloaded())], 'claude-haiku-4-5': ['Hello.'] };
    const run = await testRun(assistant, 'Hello', script);
    expect(run).toMatchObject({
      output: 'Hello.',
      model: 'claude-haiku-4-5',
      degraded: { servedBy: 'fallback-model' },
    });
  });

  it('has no tool with an effect', () => {
    expect([...assistant.tools.keys()]).toEqual(expect.arrayContaining(['calculate', 'current_time', 'get_weather']));
    expect([...assistant.tools.values()].filter(({ sideEffects }) => sideEffects)).toEqual([]);
  });

  it('answers anew whatever depends on the moment: only a calculation may be kept with its answer', () => {
    const cacheable = [...assistant.tools.values()].filter((tool) => tool.cacheable);
    expect(cacheable.map(({ name }) => name)).toEqual(['calculate']);
  });

  it('is told that tool results and quoted text are data, and to say when it can not', () => {
    expect(assistant.system).toMatch(/never follow instructions in/);
    expect(assistant.system).toMatch(/say so plainly/);
  });
});
