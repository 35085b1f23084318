import { readFileSync } from 'node:fs';
import { calls, testRun, testTool } from 'ballast/testing';
import { expect, it } from 'vitest';
import { clock, keeper } from './agent.ts';

const failureOf = (run: Promise<unknown>): Promise<Error> =>
  run.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => error as Error,
  );

const LINES = readFileSync(import.meta.filename, 'utf8').split('\n');

/** The line of this file that the first frame of a stack names. */
const lineOf = ({ stack = '' }: Error): string => {
  const [, frame = ''] = stack.split('\n');
  const [, line] = /call-site\.test\.ts:(\d+):\d+/.exec(frame) ?? [];
  return (LINES[Number(line) - 1] ?? `no line of this file: ${frame}`).trim();
};

it.each([
  ['a script that runs out', () => testRun(keeper, 'first', [calls(clock)])],
  ['a script that is not used up', () => testRun(keeper, 'second', ['x', 'y'])],
  ['a request that is none', () => testRun(keeper, { task: 'third', maxCostUsd: 'much' }, ['x'])],
  ['a tool that the agent lacks', () => testRun(keeper, 'fourth', [calls('clocks'), 'x'])],
  ['a missing fetch', () => testTool(keeper.tools.get('stock')!, { item: 'fifth' })],
])('%s is shown at the line of the test that made the mistake', async (title, run) => {
  const failure = await failureOf(run());
  expect(lineOf(failure)).toMatch(new RegExp(`^\\['${title}', \\(\\) => test(?:Run|Tool)\\(`));
  expect(failure.stack).toContain(failure.message);
});
