import type { Stage } from './async-stage.ts';
import { median } from './median.ts';
import type { Section } from './section.ts';

/** Rounds of both, and the calls of a model and of a tool in each run. */
const EFFORT = { rounds: 15, pairs: 20 };

const WAYS = [
  ['direct', '/agent/run'],
  ['durable', '/agent/runs'],
] as const;

/** Milliseconds a step, from the first model call of a run to its last: what is before and after it is none of the steps. */
const stepMs = async (stage: Stage, path: string, pairs: number): Promise<number> => {
  const asked: number[] = [];
  stage.play('steps', (turn) => {
    asked.push(performance.now());
    return turn > pairs ? { pieces: ['Done.'] } : { calls: [['current_time', {}]] };
  });
  const ended = await stage.ask('POST', path, { task: 'steps', maxModelCalls: pairs + 1 }, { prefer: 'wait=60' });
  if (ended['status'] !== 'succeeded') throw new Error(`A run at ${path} has not succeeded.`);
  return ((asked.at(-1) ?? NaN) - (asked[0] ?? NaN)) / (2 * pairs);
};

/** Measures what a step costs on the durable journal, against the same run on the direct one. */
export const asyncCost = async (stage: Stage, { rounds, pairs } = EFFORT): Promise<Section> => {
  for (const [, path] of WAYS) await stepMs(stage, path, pairs);
  const found: { readonly direct: number; readonly durable: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const [direct, durable] = [await stepMs(stage, WAYS[0][1], pairs), await stepMs(stage, WAYS[1][1], pairs)];
    found.push({ direct, durable });
  }
  const row = (name: string, way: 'direct' | 'durable') => [
    name,
    median(found.map((each) => each[way])).toFixed(2),
    median(found.map((each) => each[way] / each.direct)).toFixed(2),
  ];
  return {
    title: 'A step of an asynchronous run',
    columns: ['journal', 'a step, ms', 'of direct'],
    rows: [row('direct, `POST /agent/run`', 'direct'), row('durable, `POST /agent/runs`', 'durable')],
    meaning:
      `The same run in the same server, ${pairs} times a model call that is answered at once and then a tool; from its first ` +
      `model call to its last. Medians of ${rounds} rounds, both by turns, and of the ratio of each round. A step on the durable ` +
      'journal is put down twice with the local execution service, and counted and told in DynamoDB before it is begun. No ' +
      'limit is set.',
    breaches: [],
  };
};
