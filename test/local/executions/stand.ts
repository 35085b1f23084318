import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DurableContext,
  DurableExecutionApiClient,
  type DurableExecutionClient,
  withDurableExecution,
} from '@aws/durable-execution-sdk-js';
import {
  GetDurableExecutionCommand,
  InvokeCommand,
  LambdaClient,
  SendDurableExecutionCallbackSuccessCommand,
} from '@aws-sdk/client-lambda';
import { expect, onTestFinished } from 'vitest';
import type { Clock } from '../../../lib/kernel/clock.ts';
import { createExecutions, type Executions } from '../../../local/executions/executions.ts';
import type { DurableHandler } from '../../../local/executions/invoke-handler.ts';
import type { JournalRecord } from '../../../local/executions/journal-record.ts';
import { type Journals, openJournals } from '../../../local/executions/journals.ts';
import { startLambdaServer } from '../../../local/executions/lambda-server.ts';
import type { StatusChangeEvent } from '../../../local/executions/status-change.ts';
import { systemClock } from '../../../local/system-clock.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { createRecordingLog } from '../serving.ts';

/** What a function does, as its author writes it. */
export type Durable = (input: never, context: DurableContext) => Promise<unknown>;

/** Without a word of its own: what a handler fails with is part of the tests. */
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, log: () => {} };

export const quietly =
  (durable: Durable): Durable =>
  (input, context) => {
    context.configureLogger({ customLogger: quiet });
    return durable(input, context);
  };

export interface StandOptions {
  readonly clock?: Clock;
  /** Default: one that is removed with the test. */
  readonly directory?: string;
  readonly functionTimeoutMs?: number;
  readonly executionTimeoutMs?: number;
  readonly retentionMs?: number;
  readonly onStatusChange?: (event: StatusChangeEvent) => Promise<void>;
  /** Puts something around what is written. */
  readonly wrapJournals?: (journals: Journals) => Journals;
  /** Instead of a durable function: what Lambda would call. */
  readonly handler?: DurableHandler;
}

/** Later than now: the SDK looks at the machine's clock, and would think that everything is due. */
export const lateClock = () => createFakeClock(Date.UTC(2050, 0, 1));

export const testDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'ballast-executions-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

const DAY_MS = 86_400_000;

/** The service with one function `work`, asked by the real client over HTTP, as its handler asks it. */
export const createStand = async (durable: Durable, options: StandOptions = {}) => {
  const { clock = systemClock, directory = testDirectory(), onStatusChange = async () => {} } = options;
  const server = await startLambdaServer();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new LambdaClient({ endpoint: server.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  const api = new DurableExecutionApiClient(client);
  // Without its logger, which would print what the tests let fail.
  const durableExecutionClient: DurableExecutionClient = {
    checkpoint: (request) => api.checkpoint(request),
    getExecutionState: (request) => api.getExecutionState(request),
  };
  const handler =
    options.handler ??
    (withDurableExecution(quietly(durable) as never, { durableExecutionClient }) as unknown as DurableHandler);
  const { log, lines } = createRecordingLog();
  const events: StatusChangeEvent[] = [];
  const executions: Executions = createExecutions({
    functions: [
      {
        definition: { name: 'work', timeoutMs: options.functionTimeoutMs ?? 60_000 },
        executionTimeoutMs: options.executionTimeoutMs ?? 365 * DAY_MS,
        // Files have the machine's time, which is decades before that of `lateClock`.
        retentionMs: options.retentionMs ?? 100 * 365 * DAY_MS,
        handler,
      },
    ],
    journals: (options.wrapJournals ?? ((journals) => journals))(openJournals(directory)),
    clock,
    log,
    async onStatusChange(event) {
      await onStatusChange(event);
      events.push(event);
    },
  });
  server.serve(executions, log);
  const close = async () => {
    executions.close();
    client.destroy();
    await server.close();
  };
  onTestFinished(close);

  const path = (name: string, place = 'running') => join(directory, place, 'work', `${name}.jsonl`);
  const records = (name: string, place?: 'ended'): JournalRecord[] => {
    try {
      const text = readFileSync(path(name, place), 'utf8');
      return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as JournalRecord]));
    } catch {
      return [];
    }
  };
  return {
    client,
    executions,
    server,
    directory,
    events,
    lines,
    close,
    records,
    path,
    async start(name: string, input: unknown = {}): Promise<string> {
      const { DurableExecutionArn = '' } = await client.send(
        new InvokeCommand({
          FunctionName: 'ballast-local-work',
          Qualifier: 'durable',
          InvocationType: 'Event',
          DurableExecutionName: name,
          Payload: JSON.stringify(input),
        }),
      );
      return DurableExecutionArn;
    },
    get: (arn: string) => client.send(new GetDurableExecutionCommand({ DurableExecutionArn: arn })),
    /** Resolves when the end of so many executions has been delivered. */
    ended: (count = 1) => expect.poll(() => events.length, { interval: 5 }).toBe(count),
    /** Resolves when the handler has returned to wait, so many times since the start of the journal. */
    suspended: (name: string, count = 1) =>
      expect
        .poll(() => records(name).filter(({ kind }) => kind === 'suspended').length, { interval: 5 })
        .toBeGreaterThanOrEqual(count),
    succeed: (callbackId: string, result?: unknown) =>
      client.send(
        new SendDurableExecutionCallbackSuccessCommand({
          CallbackId: callbackId,
          ...(result !== undefined && { Result: Buffer.from(JSON.stringify(result)) }),
        }),
      ),
    /** File names below `running` and `ended`. */
    files: () => ({
      running: readdirSync(join(directory, 'running'), { recursive: true, encoding: 'utf8' }),
      ended: readdirSync(join(directory, 'ended'), { recursive: true, encoding: 'utf8' }),
    }),
  };
};
