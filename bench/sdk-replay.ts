import { createHash } from 'node:crypto';
import {
  type DurableContext,
  type DurableExecutionClient,
  InvocationStatus,
  withDurableExecution,
} from '@aws/durable-execution-sdk-js';
import { percentile } from './gateway-load.ts';

/** As the SDK names the steps of a handler, in the order in which they begin. */
const idOf = (step: number): string => createHash('md5').update(String(step)).digest('hex').slice(0, 16);

/** What an invocation is given of an execution that has made so many steps. */
const stateOf = (steps: number) => [
  { Id: 'execution', Type: 'EXECUTION', Status: 'STARTED', ExecutionDetails: { InputPayload: '{}' } },
  ...Array.from({ length: steps }, (_, at) => ({
    Id: idOf(at + 1),
    Name: `step ${at + 1}`,
    Type: 'STEP',
    SubType: 'Step',
    Status: 'SUCCEEDED',
    StepDetails: { Result: '1', Attempt: 1 },
  })),
];

/** Nothing is put down: a replay asks for nothing that is not there. */
const durableExecutionClient: DurableExecutionClient = {
  checkpoint: () => Promise.reject(new Error('a step was made again')),
  getExecutionState: () => Promise.reject(new Error('there is no other page')),
};

/** CPU in milliseconds of a replay by the SDK alone, in this process, of a handler whose steps come in turns. */
export const sdkReplay = async (steps: number, turn: number, rounds: number): Promise<number> => {
  const replay = async (_input: unknown, context: DurableContext) => {
    for (let done = 0; done < steps; done += turn) {
      const names = Array.from({ length: turn }, (_, at) => `step ${done + at + 1}`);
      await Promise.all(names.map((name) => context.step(name, () => Promise.reject(new Error('made again')))));
    }
  };
  const handler = withDurableExecution(replay, { durableExecutionClient });
  const context = { getRemainingTimeInMillis: () => 900_000, awsRequestId: 'bench' };
  const costs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const InitialExecutionState = { Operations: stateOf(steps), NextMarker: '' };
    const event = { DurableExecutionArn: 'arn', CheckpointToken: 'token', InitialExecutionState };
    const before = process.cpuUsage();
    const { Status } = await handler(event as never, context as never);
    const { user, system } = process.cpuUsage(before);
    if (Status !== InvocationStatus.SUCCEEDED) throw new Error(`The replay has ended as ${Status}.`);
    costs.push((user + system) / 1_000);
  }
  return percentile(costs, 0.25);
};
