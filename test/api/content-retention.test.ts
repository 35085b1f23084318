import { afterAll, beforeAll, expect, it } from 'vitest';
import { startServer, type TestServer } from './start-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ CONTENT_RETENTION: 'run' });
});
afterAll(() => server[Symbol.asyncDispose]());

type Json = Record<string, unknown>;

const KEY = 'sk-ant-api03-' + 'aB3dE5fG7h'.repeat(9) + 'jK1mN3-pQ5rS7tAA';

const post = async (target: string, body: object, headers: Record<string, string> = {}): Promise<Json> => {
  const response = await server.ask(target, {
    method: 'POST',
    headers: { 'x-api-key': 'ballast-dev-key', 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Json;
};
const traceOf = async ({ runId }: Json): Promise<Json> =>
  (await (await server.ask(`/agent/runs/${String(runId)}/trace`)).json()) as Json;

it.each([
  ['synchronous', '/agent/run'],
  ['asynchronous', '/agent/runs'],
])('a %s run is kept with its task and what its tools were given and gave, redacted', async (_title, target) => {
  const task = `What is 17 * 23? My key is ${KEY}.`;
  const run = await post(target, { task }, { prefer: 'wait=30' });
  expect(run).toMatchObject({ status: 'succeeded' });
  const trace = await traceOf(run);
  expect(trace).toMatchObject({ task: 'What is 17 * 23? My key is [REDACTED_API_KEY].' });
  expect((trace['steps'] as Json[]).filter(({ kind }) => kind === 'tool')).toMatchObject([
    { name: 'calculate', input: { expression: expect.stringContaining('17') as string }, output: '391' },
  ]);
  expect(JSON.stringify(trace)).not.toContain(KEY.slice(0, 30));
});
