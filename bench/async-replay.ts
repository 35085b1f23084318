import { setTimeout as pause } from 'node:timers/promises';
import { type Stage, toolUseId, until } from './async-stage.ts';
import { cpuMsOf, percentile } from './gateway-load.ts';
import { median } from './median.ts';
import { sdkReplay } from './sdk-replay.ts';
import { atMost, type Section } from './section.ts';

/** Steps of a turn: a model call, and the tools that it calls at once. */
const TURN = 20;
const EFFORT = { rounds: 15, steps: 500 };
/** Linear is 2, squared is 4. What is ours is linear, which a test holds; the SDK alone is between the two (ADR 0032). */
const RATIO_LIMIT = 4;

const REFUND = ['issue_refund', { orderId: 'A-1', amountUsd: '1.00' }] as const;
const TOOLS = Array.from({ length: TURN - 1 }, () => ['current_time', {}] as const);

/** What the server took from a decision to the next model call, in milliseconds. */
interface Cost {
  readonly time: number;
  readonly cpu: number;
}

/** A run that has made so many steps and then waits for a person, again and again. Each decision has it replayed. */
type Replay = (round: number) => Promise<Cost>;

const startRun = async (stage: Stage, steps: number, rounds: number): Promise<Replay> => {
  const before = steps / TURN;
  const task = `replay ${steps}.`;
  let asked = (_turn: number): void => undefined;
  stage.play(task, (turn) => {
    asked(turn);
    if (turn <= before) return { calls: TOOLS };
    return turn <= before + rounds ? { calls: [REFUND] } : { pieces: ['Done.'] };
  });
  const { runId } = await stage.ask('POST', '/agent/runs', {
    task,
    agent: 'clerk',
    maxModelCalls: before + rounds + 1,
  });
  const path = `/agent/runs/${String(runId)}`;
  return async (round) => {
    const turn = before + round;
    const approval = toolUseId(turn);
    await until(async () => JSON.stringify((await stage.ask('GET', path))['approvals']).includes(approval));
    // The invocation that asked for the approval is to be over.
    await pause(100);
    const next = Promise.withResolvers<void>();
    asked = (arrived) => arrived > turn && next.resolve();
    const [began, cpu] = [performance.now(), cpuMsOf(stage.pid)];
    await stage.ask('POST', `${path}/approvals/${approval}`, { decision: 'approve' });
    await next.promise;
    return { time: performance.now() - began, cpu: cpuMsOf(stage.pid) - cpu };
  };
};

/** Measures what it costs to replay a run by how many steps it has made: none, and as many as in `steps`, and twice as many. */
export const asyncReplay = async (stage: Stage, { rounds, steps } = EFFORT): Promise<Section> => {
  const counts = [0, steps, 2 * steps];
  const replays: Replay[] = [];
  for (const each of counts) replays.push(await startRun(stage, each, rounds + 1));
  const turns: Cost[][] = [];
  for (let round = 1; round <= rounds + 1; round += 1) {
    const turn: Cost[] = [];
    for (const replay of replays) turn.push(await replay(round));
    // The first one also loads what the others find loaded.
    if (round > 1) turns.push(turn);
  }
  const costs = (at: number, of: keyof Cost) => turns.map((turn) => turn[at]?.[of] ?? NaN);
  // What disturbs a replay only adds to it, and the collection of garbage comes when it comes.
  const cpu = (at: number) => percentile(costs(at, 'cpu'), 0.25);
  const beyond = (at: number) => cpu(at) - cpu(0);
  const ratio = beyond(2) / beyond(1);
  const alone: number[] = [];
  for (const count of counts) alone.push(await sdkReplay(count, TURN, 4 * rounds));
  const aloneRatio = (alone[2] ?? NaN) / (alone[1] ?? NaN);
  return {
    title: 'Replay of an asynchronous run',
    columns: [
      'steps',
      'to the next model call, ms',
      'CPU, ms',
      'CPU a step, ms',
      'of half as many',
      'the SDK alone, ms',
      'of half as many',
    ],
    rows: counts.map((count, at) => [
      String(count),
      median(costs(at, 'time')).toFixed(0),
      cpu(at).toFixed(0),
      at === 0 ? '' : (beyond(at) / count).toFixed(3),
      at === 2 ? ratio.toFixed(2) : '',
      at === 0 ? '' : (alone[at]?.toFixed(1) ?? ''),
      at === 2 ? aloneRatio.toFixed(2) : '',
    ]),
    meaning:
      `Runs of model calls with ${TURN - 1} tools each, which then wait for a person. A decision begins an invocation, which ` +
      'reads the journal from the local execution service and replays it; the time runs from the decision to the next model ' +
      `call. CPU is that of the server; a step is what is beyond a run without them. Of ${rounds} decisions, all runs by turns, ` +
      'the median time and the lower quartile of CPU. The SDK alone replays steps without content in a process of its own, which ' +
      'has replayed them before. Linear is 2, squared is 4. What is more than 2 comes with the SDK, which copies and looks at the ' +
      'list of all operations whenever one is replayed, with the garbage of those copies, and with the second page of the state, ' +
      `beyond 1,000 operations. A test holds our own code to twice as much. Limit: ${RATIO_LIMIT}.`,
    breaches: atMost('The CPU of a replay, of one of half as many steps,', ratio, RATIO_LIMIT),
  };
};
