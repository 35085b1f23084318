import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stretch } from '../../stretched.ts';
import { unzip } from '../unzip.ts';
import type { Answer } from './answer.ts';
import { type Invocation, type RuntimeApi, startRuntimeApi, type Thaw } from './runtime-api.ts';

export interface EnvironmentOptions {
  /** The path of its zip, or its files by their names. */
  readonly code: string | Readonly<Record<string, string>>;
  readonly functionName: string;
  /** As `serverless.yml` has it: a file and what it exports. */
  readonly handler: string;
  /** Of the function, as the template sets them. */
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** How many events it may be given at once, as an environment of Managed Instances; `undefined`: one. */
  readonly concurrency?: number;
}

/** What Lambda answers for, and what the function wrote meanwhile. */
export interface Invoked extends Answer {
  /** All that the process wrote for people: what CloudWatch would keep. */
  readonly output: string;
}

/** One environment of a function: its package below a folder of its own, and a process of AWS's runtime client in it. */
export interface Environment extends Pick<RuntimeApi, 'ready' | 'underWay'> {
  readonly exited: Promise<number | NodeJS.Signals>;
  /** Gives it an event. */
  begin(event: unknown): Invocation;
  /** Gives it an event, and waits until it asks for the next. */
  invoke(event: unknown): Promise<Invoked>;
  /** All that it has written so far. */
  output(): string;
  /** `SIGSTOP` is what a freeze looks like from inside, `SIGCONT` the thaw. */
  signal(name: NodeJS.Signals): void;
  /** What it finds changed from its next event on, as after a freeze that nobody waits for. */
  thaw(found: Thaw): void;
  close(): Promise<void>;
}

const RUNTIME_CLIENT = fileURLToPath(import.meta.resolve('aws-lambda-ric'));
const NATIVE_CLIENT = join(import.meta.dirname, 'native-client.mjs');

const variablesOf = ({ functionName, handler, concurrency, variables }: EnvironmentOptions) => ({
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
  AWS_LAMBDA_FUNCTION_NAME: functionName,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  // As the template has it for all functions.
  AWS_LAMBDA_LOG_FORMAT: 'JSON',
  AWS_LAMBDA_LOG_LEVEL: 'TRACE',
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
  AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: 'token',
  TEST_STRETCH: String(stretch()),
  TZ: ':UTC',
  _HANDLER: handler,
  // One thread, where Lambda has eight for each processor: what one shares with the other would show here first.
  ...(concurrency === undefined
    ? {}
    : { AWS_LAMBDA_MAX_CONCURRENCY: String(concurrency), AWS_LAMBDA_NODEJS_WORKER_COUNT: '1' }),
  ...variables,
});

const writeFiles = (folder: string, files: Readonly<Record<string, string>>) => {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
};

/** Begins an environment; it has loaded its function when `ready` resolves, and never where that fails. */
export const startEnvironment = async (options: EnvironmentOptions): Promise<Environment> => {
  const { code, functionName, timeoutMs } = options;
  const folder = mkdtempSync(join(tmpdir(), `ballast-environment-${functionName}-`));
  // With no node_modules above it.
  const taskRoot = join(folder, 'task');
  if (typeof code === 'string') unzip(code, taskRoot);
  else writeFiles(taskRoot, code);
  const api = await startRuntimeApi();
  const log = join(folder, 'log');
  const file = openSync(log, 'a');
  // A file, because what was written to it is there when the next event is asked for.
  const child = spawn(process.execPath, ['--import', NATIVE_CLIENT, RUNTIME_CLIENT], {
    cwd: taskRoot,
    env: { ...variablesOf(options), LAMBDA_TASK_ROOT: taskRoot, AWS_LAMBDA_RUNTIME_API: api.address },
    stdio: ['ignore', file, file],
  });
  closeSync(file);
  const output = () => readFileSync(log, 'utf8');
  const exited = once(child, 'exit').then(([code, signal]) => {
    const end = (signal ?? code) as number | NodeJS.Signals;
    api.abandon(new Error(`${functionName} ended with ${end}:\n${output()}`));
    return end;
  });
  const arn = `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`;
  let found: Thaw | undefined;
  const begin = (event: unknown) => api.invoke(event, { timeoutMs, arn, thaw: found });
  return {
    ready: api.ready,
    underWay: () => api.underWay(),
    exited,
    output,
    begin,
    async invoke(event) {
      const from = statSync(log).size;
      const { answer, over } = begin(event);
      const answered = await answer;
      await over;
      return { ...answered, output: readFileSync(log).subarray(from).toString() };
    },
    signal: (name) => void child.kill(name),
    thaw: (next) => (found = next),
    async close() {
      child.kill('SIGKILL');
      await exited;
      await api.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
