import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bookedName, pseudonymOf } from '../../../lib/kernel/ids/pseudonym.ts';
import type { FoundRun } from '../../../local/cli/find/books.ts';
import { queryFor } from '../../../local/cli/find/cloudwatch.ts';
import { findRequest } from '../../../local/cli/find/find.ts';
import { linesOf, parseLines } from '../../../local/cli/find/lines.ts';
import { systemClock } from '../../../local/system-clock.ts';
import { startServer, type TestServer } from '../../api/start-server.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { createShell } from './shell.ts';

interface Found {
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  readonly runs: readonly FoundRun[];
}

const ROOT = join(import.meta.dirname, '../../..');
/** Ends what hangs, and nothing that a busy machine slows. */
const HANGS_MS = 120_000;
const ADA = bookedName(pseudonymOf('ada@example.com'));
const JSON_BODY = { 'content-type': 'application/json' };

// The first is the level of prod.
describe.each(['WARN', 'ERROR'])('find, of a server at %s', (LOG_LEVEL) => {
  const warnings = (...titles: string[]) => (LOG_LEVEL === 'WARN' ? titles : []);
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ LOG_LEVEL });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const post = (path: string, body: object) =>
    server.ask(path, { method: 'POST', headers: JSON_BODY, body: JSON.stringify(body) });

  /** What the command finds by nothing but the header of an answer, once the line that tells of its end is written. */
  const found = async (answer: Response, end = /^request/): Promise<Found> => {
    await answer.text();
    let last: Found = { lines: [], runs: [] };
    const look = async (): Promise<boolean> => {
      const { shell, said } = createShell({ directory: server.directory, clock: systemClock });
      expect(await findRequest.run([answer.headers.get('request-id') ?? '', '--json'], shell)).toBe(0);
      last = JSON.parse(said.out) as Found;
      return messagesOf(last).some((message) => end.test(String(message)));
    };
    await expect.poll(look, { timeout: HANGS_MS }).toBe(true);
    return last;
  };
  const messagesOf = ({ lines }: Found) => lines.map(({ message }) => message);

  it('has the lines of a gateway call that failed, its attempts and what they cost', async () => {
    const messages = [{ role: 'user', content: '[[cut:4]] Hi' }];
    const answer = await post('/v1/messages', {
      model: 'claude-sonnet-5-5',
      max_tokens: 50,
      messages,
      metadata: { user_id: 'ada@example.com' },
    });
    expect(answer.status).toBe(502);
    const call = await found(answer);
    expect(messagesOf(call)).toEqual(
      expect.arrayContaining([...warnings('model attempted', 'model retried'), 'request failed']),
    );
    expect(call.runs).toHaveLength(1);
    const [{ run, attempts, costUsd } = {} as FoundRun] = call.runs;
    expect(run).toBeNull();
    expect(attempts.length).toBeGreaterThan(1);
    expect(attempts.every(({ answered, costUsd: cost }) => !answered && Number(cost) > 0)).toBe(true);
    expect(Number(costUsd)).toBeCloseTo(
      attempts.reduce((all, { costUsd: cost }) => all + Number(cost), 0),
      12,
    );
    expect(call.lines.find(({ message }) => message === 'request failed')).toMatchObject({
      costUsd,
      agent: 'gateway',
      user: ADA,
    });
  });

  it('has those of a run that was retried, with each attempt of its trace', async () => {
    const task = `[[fault:529 times=1 id=find-${LOG_LEVEL}]] What is 6 * 7?`;
    const answer = await server.run({ task, userId: 'ada@example.com' });
    const { output } = (await answer.clone().json()) as { readonly output: string };
    const { lines, runs } = await found(answer);
    expect(messagesOf({ lines, runs })).toEqual(
      expect.arrayContaining([...warnings('model retried'), 'run finished', 'request']),
    );
    const line = (title: string) => lines.find(({ message }) => message === title);
    expect(line('request')).toMatchObject({
      agent: 'assistant',
      user: ADA,
      firstContentMs: expect.any(Number) as number,
      memoryMb: expect.any(Number) as number,
    });
    expect(line('run finished')).toMatchObject({
      taskChars: task.length,
      outputChars: output.length,
      keyId: line('request')?.['keyId'],
      user: ADA,
      firstContentMs: expect.any(Number) as number,
    });
    const [{ run, trace, attempts, costUsd } = {} as FoundRun] = runs;
    expect(run).toMatchObject({ status: 'succeeded', mode: 'sync', usage: { costUsd } });
    expect(trace?.steps[0]?.attemptDetails).toMatchObject([
      { status: 'failed', error: { code: 'overloaded' } },
      { status: 'succeeded', retry: { reason: 'overloaded' } },
    ]);
    expect(attempts.map(({ answered }) => answered)).toEqual([false, true, true]);
  });

  it('has those of an asynchronous run over two invocations, while it waits and when it has ended', async () => {
    const task = '[[tool:issue_refund {"orderId": "A-17", "amountUsd": "12.50"}]]';
    const answer = await post('/agent/runs', { agent: 'clerk', task });
    const { runId } = (await answer.clone().json()) as { runId: string };
    const until = async (event: string, after = 0) => {
      const stream = await server.ask(`/agent/runs/${runId}/events?after=${after}`);
      let text = '';
      for await (const chunk of stream.body ?? []) if ((text += Buffer.from(chunk).toString()).includes(event)) break;
      return text;
    };
    const toolUseId = /toolu_\w+/.exec(await until('event: approval.requested\ndata: {"toolUseId":"toolu_'))?.[0] ?? '';
    const waiting = await found(answer.clone());
    expect(waiting.runs).toMatchObject([{ runId, costUsd: expect.stringMatching(/^0\.\d+$/) as string }]);
    expect(waiting.lines).toMatchObject([{ message: 'request', status: 202, runId }]);
    const approved = await post(`/agent/runs/${runId}/approvals/${toolUseId}`, { decision: 'approve' });
    expect((await found(approved)).runs).toMatchObject([{ runId }]);
    await until('event: run.succeeded\n');
    // The line of a run is written after its last event.
    const ended = await found(answer, /^run finished$/);
    expect(messagesOf(ended)).toEqual(expect.arrayContaining(['request', 'run finished']));
    const [request, last] = ['request', 'run finished'].map((title) =>
      ended.lines.find(({ message }) => message === title),
    );
    expect(request).toMatchObject({ agent: 'clerk', keyId: last?.['keyId'] });
    expect(last).toMatchObject({ agent: 'clerk', firstContentMs: expect.any(Number) as number });
    const [{ run, trace, attempts } = {} as FoundRun] = ended.runs;
    expect(run).toMatchObject({ status: 'succeeded', mode: 'async' });
    expect(trace?.steps.map(({ kind }) => kind)).toEqual(['model', 'approval', 'tool', 'model']);
    expect(attempts).toHaveLength(2);
  });

  it.each([
    ['run', '/agent/run', { task: 'What is 6 * 7?' }],
    [
      'gateway call',
      '/v1/messages',
      { model: 'claude-sonnet-5-5', max_tokens: 50, messages: [{ role: 'user', content: 'Hi' }] },
    ],
  ])('has the %s whose answer was given again', async (_what, path, body) => {
    const asked = {
      method: 'POST',
      headers: { ...JSON_BODY, 'idempotency-key': `find ${path}` },
      body: JSON.stringify(body),
    };
    const first = await found(await server.ask(path, asked));
    const again = await server.ask(path, asked);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const { runs } = await found(again);
    expect(first.runs).toHaveLength(1);
    expect(runs).toEqual(first.runs);
  });

  /** A tenant with one limit, and how it asks. */
  const limited = async (id: string, settings: object) => {
    const as = { ...JSON_BODY, 'x-api-key': 'ballast-dev-admin-key' };
    const send = (path: string, method: string, body: object) =>
      server.ask(path, { method, headers: as, body: JSON.stringify(body) });
    await send(`/admin/tenants/${id}`, 'PUT', settings);
    const made = await send(`/admin/tenants/${id}/keys`, 'POST', { name: 'find' });
    const { key } = (await made.json()) as { readonly key: string };
    return (path: string, body: object) =>
      server.ask(path, { method: 'POST', headers: { ...JSON_BODY, 'x-api-key': key }, body: JSON.stringify(body) });
  };
  const MESSAGE = { model: 'claude-opus-5-5', max_tokens: 4_000, messages: [{ role: 'user', content: 'Hi' }] };

  it.each([
    ['run', '/agent/run', { task: 'Hi' }],
    ['gateway call', '/v1/messages', MESSAGE],
  ])('says of a %s that money refused whose budget it was, and how much was left', async (_what, path, body) => {
    const answer = await (await limited('poor', { dailyBudgetUsd: '0.001' }))(path, body);
    expect(answer.status).toBe(402);
    const told = await answer.clone().text();
    const { lines } = await found(answer);
    expect(lines.find(({ message }) => message === 'request refused')).toMatchObject({
      code: 'budget-exceeded',
      tenantId: 'poor',
      limit: 'budget',
      scope: 'tenant',
      period: 'day',
      limitUsd: '0.001',
      usedUsd: '0',
      askedUsd: /asked"?[: ]"?([\d.]+\d)/.exec(told)?.[1],
      memoryMb: expect.any(Number) as number,
    });
  });

  it('says of one that a rate refused which limit it was, and that nothing of it is kept', async () => {
    const ask = await limited('slow', { requestsPerMinute: 1 });
    await (await ask('/agent/run', { task: 'Hi' })).text();
    const answer = await ask('/agent/run', { task: 'Hi' });
    expect(answer.status).toBe(429);
    const { lines } = await found(answer.clone());
    expect(lines.find(({ message }) => message === 'request refused')).toMatchObject({ limit: 'tenant-requests' });
    const { shell, said } = createShell({ directory: server.directory, clock: systemClock });
    await findRequest.run([answer.headers.get('request-id') ?? ''], shell);
    expect(said.out).toMatch(/\nrun_\w+ was refused before it began: nothing of it is kept\.\n/);
  });

  it('says in a process of its own all that a person reads, by the id of a run too', async () => {
    const answer = await server.run({ task: 'What is 6 * 7?' });
    const { runId } = (await answer.clone().json()) as { runId: string };
    await found(answer);
    const printed = await new Promise<string>((resolve, reject) => {
      const words = [join(ROOT, 'local/ballast.mjs'), 'find', runId];
      execFile(process.execPath, words, { cwd: server.directory }, (error, stdout, stderr) =>
        error ? reject(new Error(`${stdout}${stderr}`)) : resolve(stdout),
      );
    });
    expect(printed).toMatch(/^The log: 2 lines\n/);
    expect(printed).toMatch(/INFO {2}run-agent run finished .*costUsd=0\.\d+/);
    expect(printed).toMatch(/\nstatus +succeeded \(end_turn\)\n/);
    expect(printed).toMatch(/\n {2}attempt 1 +claude-sonnet-5-5 /);
    expect(printed).toMatch(/\nTogether \$0\.\d+\n$/);
  });

  it('says so where nothing is known of an id', async () => {
    const { shell } = createShell({ directory: server.directory });
    await expect(findRequest.run(['req_nothing'], shell)).rejects.toThrow('Nothing is known of req_nothing');
  });
});

describe('find, of a stage on AWS', () => {
  const ID = 'b3c1d1f0-0000-4000-8000-000000000000';

  it('asks CloudWatch for all functions at once, says what it asks, and waits for the answer', async () => {
    const asked: (readonly string[])[] = [];
    const line = JSON.stringify({ level: 'ERROR', message: 'request failed', requestId: ID, tenantId: 'acme' });
    const answers = [
      { queryId: 'q-1' },
      { status: 'Running', results: [] },
      { status: 'Complete', results: [[{ field: '@message', value: `${line}\n` }]] },
    ];
    const clock = { ...createFakeClock(), after: (_ms: number, act: () => void) => (act(), () => undefined) };
    const { shell, said } = createShell({
      clock,
      command: async (_file, words) => {
        asked.push(words);
        return { code: 0, stdout: JSON.stringify(answers[asked.length - 1]), stderr: '' };
      },
    });
    expect(await findRequest.run([ID, '--stage', 'prod', '--region', 'eu-central-1', '--hours', '2'], shell)).toBe(0);
    expect(said.err).toContain(`of the stage prod in eu-central-1, in `);
    expect(said.err).toContain(`  ${queryFor(ID)}\n`);
    expect(asked[0]).toEqual(expect.arrayContaining(['/aws/lambda/ballast-prod-messages', '--region', 'eu-central-1']));
    const seconds = (option: string) => Number(asked[0]?.[asked[0].indexOf(option) + 1]);
    expect(seconds('--end-time') - seconds('--start-time')).toBe(2 * 3_600);
    expect(asked).toHaveLength(3);
    expect(said.out).toContain('request failed');
  });

  it.each([
    ['there is no AWS CLI', { code: null, stdout: '', stderr: '' }, 'There is no program aws here'],
    [
      'AWS refuses',
      { code: 254, stdout: '', stderr: 'AccessDenied: logs:StartQuery\n' },
      'AccessDenied: logs:StartQuery',
    ],
  ])('says so where %s', async (_title, commanded, sentence) => {
    const { shell } = createShell({ command: async () => commanded });
    await expect(findRequest.run([ID, '--stage', 'prod'], shell)).rejects.toThrow(sentence);
  });

  it('lets no id out of the quotes of a query', () => {
    expect(() => queryFor('x" or 1=1')).toThrow('An id is');
  });
});

it('lines are found by request, run and invocation, with those that they lead to; metrics and torn lines are none', () => {
  const text = [
    '{"message":"a","requestId":"r1","runId":"x"}',
    '{"_aws":{},"requestId":"r1"}',
    '{"message":"b","runId":"x","requestId":"r1","function_request_id":"f1"}',
    '{"message":"c","requestId":"r2"}',
    '{"message":"torn","requestId":"r1"',
  ].join('\n');
  const messages = (id: string) => linesOf(parseLines(text), id).map(({ message }) => message);
  expect(messages('r1')).toEqual(['a', 'b']);
  expect(messages('x')).toEqual(['a', 'b']);
  expect(messages('f1')).toEqual(['a', 'b']);
  expect(messages('r3')).toEqual([]);
});
