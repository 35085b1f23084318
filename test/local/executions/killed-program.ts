/**
 * Goes on with, or starts, one execution on a directory, and kills itself at a write of its journal: after so many whole
 * ones, or in the middle of the next. Prints what the execution ended with.
 */
import { appendFileSync, linkSync } from 'node:fs';
import { join } from 'node:path';
import { type DurableContext, withDurableExecution } from '@aws/durable-execution-sdk-js';
import { InvokeCommand, LambdaClient, SendDurableExecutionCallbackSuccessCommand } from '@aws-sdk/client-lambda';
import type { Clock } from '../../../lib/kernel/clock.ts';
import { createExecutions } from '../../../local/executions/executions.ts';
import type { DurableHandler } from '../../../local/executions/invoke-handler.ts';
import type { JournalRecord } from '../../../local/executions/journal-record.ts';
import { openJournals } from '../../../local/executions/journals.ts';
import { startLambdaServer } from '../../../local/executions/lambda-server.ts';
import { systemClock } from '../../../local/system-clock.ts';

const [directory = '', writesText = '', torn = '', epochText = ''] = process.argv.slice(2);

/** Hours in seconds, on one line of time for all processes of a test. */
const SPEED = 200;
const clock: Clock = {
  now: () => Number(epochText) + (systemClock.now() - Number(epochText)) * SPEED,
  monotonicMs: () => systemClock.monotonicMs() * SPEED,
  after: (ms, act) => systemClock.after(Math.ceil(ms / SPEED), act),
};

const note = (line: string) => appendFileSync(join(directory, 'notes'), `${line}\n`);

const server = await startLambdaServer();
// The SDK's own client finds the service by it.
process.env['AWS_ENDPOINT_URL_LAMBDA'] = server.url;
const client = new LambdaClient({});

const work = async (input: { n: number }, context: DurableContext) => {
  const run = (name: string) => async () => {
    note(`run ${name}`);
    return `${name} of ${input.n}`;
  };
  const first = await context.step('first', run('first'));
  await context.wait('pause', { seconds: 20 });
  const answer = await context.waitForCallback('ask', async (callbackId) => {
    note('run ask');
    const command = new SendDurableExecutionCallbackSuccessCommand({
      CallbackId: callbackId,
      Result: Buffer.from('yes'),
    });
    // It may have been answered by the process before.
    await client.send(command).catch(() => {});
  });
  const inner = await context.runInChildContext('child', async (child) => {
    const one = await child.step('inner', run('inner'));
    await child.wait('inner pause', { seconds: 20 });
    return [one, await child.step('last', run('last'))];
  });
  return { first, answer, inner };
};

const journals = openJournals(join(directory, 'executions'));
let writes = Number(writesText);
const write = (record: JournalRecord, whole: () => void) => {
  if (writes === 0 && torn === 'torn') {
    const file = join(directory, 'executions', 'running', 'work', 'one.jsonl');
    appendFileSync(file, JSON.stringify(record).slice(0, -5));
  }
  if (writes === 0) process.kill(process.pid, 'SIGKILL');
  writes -= 1;
  whole();
  // Nobody has been answered yet.
  if (writes === 0 && torn !== 'torn') process.kill(process.pid, 'SIGKILL');
};
const create: typeof journals.create = (head) => write({ kind: 'started', head }, () => journals.create(head));
const append: typeof journals.append = (key, record) => write(record, () => journals.append(key, record));
const retire: typeof journals.retire = (key) => {
  // Its lines are not kept for longer.
  linkSync(join(directory, 'executions', 'running', 'work', 'one.jsonl'), join(directory, 'journal'));
  journals.retire(key);
  setImmediate(() => process.exit(0));
};

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const executions = createExecutions({
  functions: [
    {
      definition: { name: 'work', timeoutMs: 3_600_000 },
      executionTimeoutMs: 365 * 86_400_000,
      retentionMs: 365 * 86_400_000,
      handler: withDurableExecution(work) as unknown as DurableHandler,
    },
  ],
  journals: { ...journals, create, append, retire },
  clock,
  log: silent,
  async onStatusChange({ detail: { durableExecutionArn, status } }) {
    const { ended } = executions.describe(durableExecutionArn);
    note(`ended ${status}`);
    process.stdout.write(JSON.stringify(ended?.ending));
  },
});
server.serve(executions, silent);
await executions.recover();
await client.send(
  new InvokeCommand({
    FunctionName: 'ballast-local-work:durable',
    InvocationType: 'Event',
    DurableExecutionName: 'one',
    Payload: '{"n":1}',
  }),
);
