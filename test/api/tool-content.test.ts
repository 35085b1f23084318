import { afterAll, beforeAll, expect, it } from 'vitest';
import { allEvents } from './sse.ts';
import { startServer, type TestServer } from './start-server.ts';

const KEY = 'sk-ant-api03-' + 'aB3dE5fG7h'.repeat(9) + 'jK1mN3-pQ5rS7tAA';
const STREAMED = { accept: 'text/event-stream' };

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const toolsOf = async (task: string, headers: Readonly<Record<string, string>>) =>
  (await allEvents(await server.run({ task }, { ...STREAMED, ...headers }))).filter(({ event }) =>
    event.startsWith('tool.'),
  );

it('events name tools alone, unless their content is asked for', async () => {
  const [started, finished] = await toolsOf('What is 17 * 23?', {});
  expect(Object.keys(started?.data ?? {})).toEqual(['toolUseId', 'name']);
  expect(Object.keys(finished?.data ?? {})).toEqual(['toolUseId', 'name', 'isError', 'durationMs']);
  expect(await toolsOf('What is 17 * 23?', { prefer: 'respond-async, tool-contents' })).toHaveLength(2);
});

it.each(['tool-content', 'wait=5, Tool-Content'])(
  '`Prefer: %s` shows what a tool is given and gives',
  async (prefer) => {
    const [started, finished] = await toolsOf('What is 17 * 23?', { prefer });
    expect(started?.data).toMatchObject({ name: 'calculate', input: { expression: '17 * 23' } });
    expect(finished?.data).toMatchObject({ name: 'calculate', isError: false, output: '391' });
  },
);

it('shows no secret of it, keeps none of it, and gives a stored answer without it', async () => {
  const task = `[[tool:calculate {"expression": "${KEY}"}]]`;
  const headers = { prefer: 'tool-content', 'idempotency-key': 'shown-once' };
  const events = await toolsOf(task, headers);
  expect(events).toHaveLength(2);
  expect(JSON.stringify(events)).toContain('[REDACTED_API_KEY]');
  expect(JSON.stringify(events)).not.toContain(KEY.slice(0, 30));
  const again = await allEvents(await server.run({ task }, { ...STREAMED, ...headers }));
  expect(again.map(({ event }) => event)).not.toContain('tool.started');
  const { runId } = again.at(-1)?.data as { runId: string };
  const trace = (await (await server.ask(`/agent/runs/${runId}/trace`)).json()) as { steps: Record<string, unknown>[] };
  expect(trace.steps.filter(({ kind }) => kind === 'tool')).toHaveLength(1);
  expect(trace.steps.filter((step) => 'input' in step || 'output' in step)).toEqual([]);
});

it('redacts what the tenant names beside the default', async () => {
  const admin = { 'x-api-key': 'ballast-dev-admin-key', 'content-type': 'application/json' };
  const send = async (method: string, path: string, body: object) =>
    (await (await server.ask(path, { method, headers: admin, body: JSON.stringify(body) })).json()) as { key: string };
  await send('PUT', '/admin/tenants/shy', { redactOutput: true, redact: ['email'] });
  const { key } = await send('POST', '/admin/tenants/shy/keys', { name: 'shy' });
  const task = '[[tool:calculate {"expression": "ada@example.com"}]]';
  const shown = JSON.stringify(await toolsOf(task, { prefer: 'tool-content', 'x-api-key': key }));
  expect(shown).toContain('[REDACTED_EMAIL]');
  expect(shown).not.toContain('ada@example.com');
});
