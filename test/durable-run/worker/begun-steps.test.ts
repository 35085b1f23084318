import { defineTool, z } from 'ballast';
import { expect, it } from 'vitest';
import { headKey } from '../../../lib/runs/run-item.ts';
import type { RunKey } from '../../../lib/runs/run-key.ts';
import { answer, text, use } from '../../agent/run-parts.ts';
import { describeOnDynamoDb } from '../../dynamodb.ts';
import { createRunRig, type Script } from './run-rig.ts';

const CALLS = 12;
const look = defineTool({ name: 'look', description: '', input: z.object({}), run: () => 'seen' });

describeOnDynamoDb('the row of a run that works', (engine) => {
  /** A run of many calls with two tools each, and the steps whose tries its row counts at each of its model calls. */
  const workedRun = async () => {
    let run: RunKey | null = null;
    const counted: string[][] = [];
    const call: Script = async () => {
      const row = await engine().table('RunsTable').get(headKey(run!));
      counted.push(Object.keys(row ?? {}).filter((name) => name.startsWith('begun#')));
      if (counted.length >= CALLS) return answer([text('Done.')]);
      return answer(['a', 'b'].map((each) => ({ ...use('look'), id: `toolu_${counted.length}${each}` })));
    };
    const rig = createRunRig(engine(), [call], { tools: [look] });
    run = await rig.submit({ maxModelCalls: CALLS });
    return { rig, run, counted };
  };

  it('counts the tries of what is under way, however many steps there were', async () => {
    const { rig, run, counted } = await workedRun();
    expect(await rig.invoke(run)).toBe('over');
    expect(await rig.rowOf(run)).toMatchObject({ status: 'succeeded' });
    expect(counted).toEqual(Array.from({ length: CALLS }, (_, at) => [`begun#model-${at + 1}`]));
  });

  it('also where its workers were killed, each before it could say that a step was over', async () => {
    const { rig, run, counted } = await workedRun();
    for (let call = 2; call < CALLS; call += 1)
      expect(await rig.invoke(run, { before: `model-${call}` })).toBe('killed');
    expect(await rig.invoke(run)).toBe('over');
    expect(counted).toEqual(Array.from({ length: CALLS }, (_, at) => [`begun#model-${at + 1}`]));
  });
});
