import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testDirectory } from './stand.ts';

const PROJECT = join(import.meta.dirname, '..', '..', '..');
const PROGRAM = join(import.meta.dirname, 'launched-program.ts');

const SERVERLESS = `
params: { default: { workSeconds: 3600 } }
functions:
  ask:
    handler: dist/ask/index.handler
    events: [{ http: { path: 'ask/{proxy+}', method: any } }]
  work:
    handler: dist/work/index.handler
    timeout: 600
    durableConfig: { executionTimeout: '\${param:workSeconds}' }
  project:
    handler: dist/project/index.handler
    events: [{ eventBridge: { pattern: { source: [aws.lambda], detail: { status: [SUCCEEDED] } } } }]
`;

const FUNCTIONS = {
  // Each by the client that finds its way by the environment alone, as in the deployment.
  ask: `
    import { GetDurableExecutionCommand, InvokeCommand, LambdaClient, SendDurableExecutionCallbackSuccessCommand } from '@aws-sdk/client-lambda';
    const client = new LambdaClient();
    const actions = {
      start: ({ name }) => new InvokeCommand({ FunctionName: 'ballast-local-work:durable', InvocationType: 'Event', DurableExecutionName: name, Payload: JSON.stringify({ name }) }),
      answer: ({ id }) => new SendDurableExecutionCallbackSuccessCommand({ CallbackId: id, Result: Buffer.from('yes') }),
      get: ({ arn }) => new GetDurableExecutionCommand({ DurableExecutionArn: arn }),
    };
    export const handler = async ({ path, body }) => {
      const { $metadata, Payload, ...answer } = await client.send(actions[path.split('/').at(-1)](JSON.parse(body)));
      return { statusCode: 200, headers: {}, body: JSON.stringify(answer) };
    };`,
  work: `
    import { appendFileSync } from 'node:fs';
    import { withDurableExecution } from '@aws/durable-execution-sdk-js';
    const note = (line: string) => appendFileSync(process.env['NOTES'] as string, line + '\\n');
    export const handler = withDurableExecution(async ({ name }, context) => {
      await context.step('first', async () => note('first of ' + name));
      if (name === 'hangs') await context.step('hangs', () => (note('hangs'), new Promise(() => {})));
      const answer = await context.waitForCallback('ask', async (id) => note('id ' + id));
      return name + ' ' + answer;
    });`,
  project: `
    import { appendFileSync } from 'node:fs';
    export const handler = async ({ detail }) =>
      appendFileSync(process.env['NOTES'] as string, 'ended ' + detail.durableExecutionName + ' ' + detail.status + '\\n');`,
};

/** A stage with an endpoint, a durable function, and one that is called when an execution has ended. */
const createStage = () => {
  const root = testDirectory();
  mkdirSync(join(root, 'functions'));
  writeFileSync(join(root, 'serverless.yml'), SERVERLESS);
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  for (const [name, text] of Object.entries(FUNCTIONS)) writeFileSync(join(root, 'functions', `${name}.ts`), text);
  for (const name of ['infra', 'node_modules']) symlinkSync(join(PROJECT, name), join(root, name));
  const notes = join(root, 'notes');
  writeFileSync(notes, '');

  const start = async (more: Readonly<Record<string, string>> = {}) => {
    const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
    const env = { PATH, NODE_COMPILE_CACHE, PORT: '0', LOG_LEVEL: 'ERROR', NOTES: notes, ...more };
    const child = spawn(process.execPath, ['--conditions=sample-agents', PROGRAM, root, root], { env, stdio: 'pipe' });
    const exited = once(child, 'close') as Promise<[number | null, string | null]>;
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (text) => (output.stdout += String(text)));
    child.stderr.on('data', (text) => (output.stderr += String(text)));
    onTestFinished(async () => {
      child.kill('SIGTERM');
      await exited;
    });
    await Promise.race([expect.poll(() => output.stdout).toMatch(/^port \d+$/m), exited]);
    const port = /^port (\d+)$/m.exec(output.stdout)?.[1];
    if (port === undefined) throw new Error(`it did not start: ${output.stdout}${output.stderr}`);
    const ask = async (action: string, body: object): Promise<{ readonly [name: string]: unknown }> => {
      const response = await fetch(`http://127.0.0.1:${port}/ask/${action}`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
      return (await response.json()) as { [name: string]: unknown };
    };
    return { child, exited, ask };
  };
  return {
    root,
    start,
    notes: () =>
      readFileSync(notes, 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
  };
};

const idIn = (notes: readonly string[]) => notes.find((line) => line.startsWith('id '))?.slice('id '.length) ?? '';

describe('npm start with a durable function', () => {
  it('goes on with its executions after kill -9, and calls who is to know of an end', async () => {
    const stage = createStage();
    const killed = await stage.start();
    const { DurableExecutionArn } = await killed.ask('start', { name: 'one' });
    await expect.poll(() => idIn(stage.notes())).not.toBe('');
    killed.child.kill('SIGKILL');
    await killed.exited;

    const { ask } = await stage.start();
    // Found, and not begun anew.
    expect(await ask('start', { name: 'one' })).toMatchObject({ DurableExecutionArn });
    await ask('answer', { id: idIn(stage.notes()) });
    await expect.poll(() => stage.notes()).toContain('ended one SUCCEEDED');
    expect(await ask('get', { arn: DurableExecutionArn })).toMatchObject({
      Status: 'SUCCEEDED',
      Result: '"one yes"',
      DurableConfig: { ExecutionTimeout: 3_600 },
    });
    expect(stage.notes().filter((line) => line === 'first of one')).toHaveLength(1);
  });

  it('waits for no invocation when it is stopped, and makes it again after the next start', async () => {
    const stage = createStage();
    const { child, exited, ask } = await stage.start();
    await ask('start', { name: 'hangs' });
    await expect.poll(() => stage.notes()).toContain('hangs');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    await stage.start();
    await expect.poll(() => stage.notes().filter((line) => line === 'hangs')).toHaveLength(2);
    expect(stage.notes().filter((line) => line === 'first of hangs')).toHaveLength(1);
  });

  it('leaves executions to another Lambda where one is set', async () => {
    const stage = createStage();
    const { ask } = await stage.start({ AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:9' });
    await expect(ask('start', { name: 'one' })).rejects.toThrow(/^50\d/);
    expect(stage.notes()).toEqual([]);
  });
});
