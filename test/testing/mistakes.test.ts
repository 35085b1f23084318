import { calls, faults, type Script, testRun, type TestRunOptions } from 'ballast/testing';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../lib/kernel/clock.ts';
import { detectHang } from '../../testing/hang-detector.ts';
import { createFakeClock } from '../fake-clock.ts';
import { clock, keeper } from './agent.ts';

describe('a mistake of the test is told in a sentence', () => {
  it.each<[string, Script, RegExp]>([
    [
      'a script that is used up',
      [calls(clock)],
      /^claude-sonnet-5-5 was asked once more than the script has turns: it has 1 turn\. The run failed/,
    ],
    ['an empty script', [], /it has 0 turns\./],
    [
      'a script that is not used up',
      ['Done.', calls(clock), faults.overloaded()],
      /^2 turns of the script were never asked for: calls clock; overloaded\. The run ended as succeeded \(end_turn\)\.$/,
    ],
    [
      'a turn that is left over',
      ['Done.', 'And so on.'],
      /^1 turn of the script was never asked for: says "And so on\."\./,
    ],
    [
      'a model without turns',
      { 'claude-haiku-5-5': ['x'] },
      /^claude-sonnet-5-5 was asked, and the script has turns for claude-haiku-5-5 alone\./,
    ],
    [
      'a model whose turns are used up',
      { 'claude-sonnet-5-5': [calls(clock)], 'claude-haiku-5-5': ['x'] },
      /^claude-sonnet-5-5 was asked once more than the script has turns: it has 1 turn for this model\./,
    ],
    [
      'a model that is never asked',
      { 'claude-sonnet-5-5': ['x'], 'claude-haiku-5-5': ['y'] },
      /^1 turn of the script was never asked for: claude-haiku-5-5 says "y"\./,
    ],
    [
      'a tool that the agent lacks',
      [calls('clocks'), 'x'],
      /^The script calls the tool "clocks", which the agent keeper does not have. It has: stock, work, stop, clock, deaf, impatient\./,
    ],
    [
      'a tool that is not invented',
      [calls('clock', {}, { invented: true })],
      /^The script invents the tool "clock", which keeper has\.$/,
    ],
  ])('%s', async (_title, script, sentence) => {
    await expect(testRun(keeper, 'x', script)).rejects.toThrow(sentence);
  });

  it.each<[string, TestRunOptions, RegExp]>([
    ['a time that is none', { now: 'noon' }, /^now is no time/],
    [
      'a setting out of bounds',
      { settings: { MAX_RETRIES: -1 } },
      /^These variables are wrong: MAX_RETRIES \(at least 0\)/,
    ],
  ])('%s', async (_title, options, sentence) => {
    await expect(testRun(keeper, 'x', ['x'], options)).rejects.toThrow(sentence);
  });

  it('of the run alone: only one that failed has a cause', async () => {
    const thrownBy = (script: Script) => testRun(keeper, 'x', script).catch((error: unknown) => error as Error);
    expect(await thrownBy(['Done.', 'And so on.'])).not.toHaveProperty('cause');
    expect(await thrownBy([])).toHaveProperty('cause.code', 'invalid-request');
  });

  it('a request that the API would not take', async () => {
    await expect(testRun(keeper, '', ['x'])).rejects.toThrow(/^The request is not one: task must be at least 1/);
    await expect(testRun(keeper, { task: 'x', maxCostUsd: 'much' }, ['x'])).rejects.toThrow(/maxCostUsd must be/);
  });

  it('an agent that is none', async () => {
    // @ts-expect-error: a misspelt import is undefined where types are not looked at.
    await expect(testRun(undefined, 'x', ['x'])).rejects.toThrow(/^The first argument is no agent/);
  });
});

describe('a run that hangs', () => {
  const watching = (seen: { changes: number }, busyWith: readonly string[] = ['the tool work']) => {
    const realTime = createFakeClock(0);
    const ending = new AbortController();
    const hanging = {
      busyWith,
      get changes() {
        return seen.changes;
      },
    };
    const given = detectHang(hanging, ending.signal, realTime).catch((error: unknown) => (error as Error).message);
    return { realTime, ending, given };
  };

  it('is given up four seconds after its last move, with what it hangs on', async () => {
    const seen = { changes: 1 };
    const { realTime, given } = watching(seen);
    let message: string | undefined;
    void given.then((text) => (message = text));
    await realTime.advance(3_000);
    seen.changes = 2;
    await realTime.advance(4_249);
    expect(message).toBeUndefined();
    await realTime.advance(1);
    expect(message).toMatch(/^The run hangs on the tool work\. Time stands still/);
  });

  it('has longer where the kit does not know on what, because code may be on its way', async () => {
    const { realTime, given } = watching({ changes: 1 }, []);
    let message: string | undefined;
    void given.then((text) => (message = text));
    await realTime.advance(59_999);
    expect(message).toBeUndefined();
    await realTime.advance(1);
    expect(message).toMatch(/^The run hangs on nothing that the kit knows of\./);
  });

  it('is not given up for the time in which the machine is late with everything', async () => {
    let nowMs = 0;
    let fire = () => {};
    const late: Clock = {
      now: () => nowMs,
      monotonicMs: () => nowMs,
      after: (_ms, act) => ((fire = act), () => {}),
    };
    let isGivenUp = false;
    const watch = detectHang({ busyWith: ['the tool work'], changes: 1 }, new AbortController().signal, late);
    void watch.catch(() => (isGivenUp = true));
    const looks = async (count: number, eachMs: number) => {
      for (let look = 0; look < count; look += 1) {
        nowMs += eachMs;
        fire();
        await Promise.resolve();
      }
    };
    await looks(100, 500);
    await looks(15, 250);
    expect(isGivenUp).toBe(false);
    await looks(1, 250);
    expect(isGivenUp).toBe(true);
  });

  it('is watched no more once it has ended', async () => {
    const { realTime, ending } = watching({ changes: 1 });
    ending.abort();
    expect(realTime.pending).toBe(0);
  });
});
