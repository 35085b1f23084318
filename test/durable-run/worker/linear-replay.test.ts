import { Session } from 'node:inspector/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';

const OURS = /\/(?:lib|agents)\/[^?]*\.ts/;
/** Steps of a turn: a model call, and the tools that it calls at once. */
const TURN = 10;
const TURNS = 8;
/** Twice as many steps, and what comes once for each replay. */
const MOST = 2.1;

type Counts = ReadonlyMap<string, number>;

const session = new Session();
const count = async (): Promise<Counts> => {
  const { result } = await session.post('Profiler.takePreciseCoverage');
  return new Map(
    result
      .filter(({ url }) => OURS.test(url))
      .flatMap(({ url, functions }) =>
        functions.map(({ functionName, ranges }) => {
          // The body of a loop counts as often as it was gone through.
          const most = Math.max(...ranges.map((range) => range.count));
          return [`${url.replace(/^.*\/(?=(?:lib|agents)\/)/, '')} ${functionName} ${ranges[0]?.startOffset}`, most];
        }),
      ),
  );
};

// What is compiled before does not count its loops: so this file has a process of its own, and loads all else now.
let replays: readonly [none: Counts, some: Counts, twice: Counts];
let stop = async (): Promise<void> => {};
beforeAll(async () => {
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const { defineTool, z } = await import('ballast');
  const { answer, use } = await import('../../agent/run-parts.ts');
  const { startTestDynamoDb } = await import('../../dynamodb.ts');
  const { createRunRig } = await import('./run-rig.ts');
  const engine = await startTestDynamoDb();
  stop = () => engine.stop();
  const look = defineTool({ name: 'look', description: '', input: z.object({}), run: () => 'seen' });
  const pay = defineTool({
    name: 'pay',
    description: '',
    input: z.object({}),
    requiresApproval: true,
    run: () => 'paid',
  });

  const replayed = async (turns: number): Promise<Counts> => {
    const script = Array.from({ length: turns + 1 }, (_, turn) =>
      answer(
        turn === turns
          ? [use('pay')]
          : Array.from({ length: TURN - 1 }, (__, at) => use('look', {}, `toolu_${turn}_${at}`)),
      ),
    );
    const rig = createRunRig(engine, script, { tools: [look, pay] });
    const run = await rig.submit({ maxModelCalls: turns + 2 });
    expect(await rig.invoke(run)).toBe('suspended');
    expect(rig.requests).toHaveLength(turns + 1);
    await count();
    expect(await rig.invoke(run)).toBe('suspended');
    expect(rig.requests).toHaveLength(turns + 1);
    return count();
  };
  replays = [await replayed(0), await replayed(TURNS), await replayed(2 * TURNS)];
});
afterAll(async () => {
  await session.post('Profiler.stopPreciseCoverage');
  session.disconnect();
  await stop();
});

it('goes through its code twice as often for twice as many steps', () => {
  const [none, some, twice] = replays;
  const beyond = (counts: Counts, name: string) => (counts.get(name) ?? 0) - (none.get(name) ?? 0);
  const ofSteps = [...twice.keys()].filter((name) => beyond(twice, name) >= 2 * TURN * TURNS);
  expect(ofSteps.length).toBeGreaterThan(10);
  expect(ofSteps.filter((name) => beyond(twice, name) > MOST * beyond(some, name))).toEqual([]);
});
