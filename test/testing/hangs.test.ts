import { defineAgent, defineTool, z } from 'ballast';
import { calls, testRun, together } from 'ballast/testing';
import { describe, expect, it } from 'vitest';
import { clock, KEEPER } from './agent.ts';

/** Whatever a tool may wait for outside of every clock and every request of the kit. */
const WAITS: Readonly<Record<string, () => Promise<unknown>>> = {
  'a promise that nobody settles': () => new Promise(() => undefined),
  'a timer of Node’s own': () => new Promise((resolve) => setTimeout(resolve, 3_600_000).unref()),
};
let wait = WAITS['a promise that nobody settles']!;

const slow = defineTool({
  name: 'slow',
  description: 'Waits.',
  input: z.strictObject({}),
  timeoutMs: 7_000,
  fallback: () => 'It takes too long today.',
  run: () => wait(),
});
const agent = defineAgent({ ...KEEPER, tools: [slow, clock] });

describe('a tool that hangs', () => {
  it.each(Object.keys(WAITS))('on %s is stopped at its limit', async (name) => {
    wait = WAITS[name]!;
    const run = await testRun(agent, 'x', [calls(slow), 'Sorry.'], { hangs: ['slow'] });
    expect(run.tools).toMatchObject([{ result: expect.stringContaining('It takes too long today.') as string }]);
    expect(run).toMatchObject({ status: 'succeeded', output: 'Sorry.', durationMs: 7_000 });
  });

  it('does not keep one beside it from its work', async () => {
    wait = WAITS['a promise that nobody settles']!;
    const run = await testRun(agent, 'x', [together(calls(slow), calls(clock)), 'x'], { hangs: ['slow'] });
    expect(run.tools.map(({ name, isError }) => [name, isError])).toEqual([
      ['slow', true],
      ['clock', false],
    ]);
  });

  it('is the test’s mistake where the agent has none of its name', async () => {
    await expect(testRun(agent, 'x', ['x'], { hangs: ['slo'] })).rejects.toThrow(
      'hangs names the tool "slo", which the agent keeper does not have. It has: slow, clock.',
    );
  });
});
