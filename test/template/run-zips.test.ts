import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDynamoDbSessionStore } from '../../lib/sessions/dynamodb-store.ts';
import { systemClock } from '../../local/system-clock.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { seededRandom } from '../seeded-random.ts';
import type { Call, RawCall } from './events-as-sent.ts';
import { executionArn, firstInvocation } from './first-invocation.ts';
import { type PermittedLambda, startPermittedLambda } from './lambda-api.ts';
import { administrator, authorised, startZips, type Zips } from './zips.ts';

const DAY_MS = 86_400_000;
const LIVES = { retentionOf: () => 30 * DAY_MS, runRetentionMs: 30 * DAY_MS, longestWaitMs: 7 * DAY_MS };
const STORE = { clock: systemClock, random: seededRandom(1), ...LIVES };

const ended = (name: string, status: string) => ({
  'detail-type': 'Durable Execution Status Change',
  source: 'aws.lambda',
  detail: { durableExecutionArn: executionArn(name), durableExecutionName: name, status },
});

describeOnDynamoDb('the zips of asynchronous runs, loaded as Lambda loads them', (engine) => {
  let zips: Zips;
  let lambda: PermittedLambda;

  beforeAll(async () => {
    lambda = await startPermittedLambda();
    zips = await startZips(engine(), { AWS_ENDPOINT_URL_LAMBDA: lambda.url, WEBHOOK_HOSTS: 'hooks.invalid' });
    zips.secrets.set('WebhookSecret', `whsec_${Buffer.alloc(32, 'canary').toString('base64')}`);
  });
  afterAll(async () => {
    await zips.close();
    await lambda.close();
  });

  const call = (name: string, request: Call | RawCall) => {
    lambda.as(name);
    return zips.call(name, request);
  };
  const submit = async (task: string, more: object = {}): Promise<string> => {
    const path = '/agent/runs';
    const { statusCode, body } = await call('submit-run', {
      method: 'POST',
      path,
      headers: authorised,
      body: { task, ...more },
    });
    expect([statusCode, JSON.parse(body)]).toMatchObject([202, { status: 'queued' }]);
    return (JSON.parse(body) as { runId: string }).runId;
  };
  const signal = (runId: string, action: string, body?: object) => {
    const resource = `/agent/runs/{runId}/${action}`;
    const path = resource.replace('{runId}', runId);
    return call('control-run', {
      method: 'POST',
      path,
      resource,
      pathParameters: { runId },
      headers: authorised,
      body,
    });
  };
  const statusOf = async (runId: string): Promise<string> => {
    const path = `/agent/runs/${runId}`;
    const { body } = await call('get-run', { path, pathParameters: { runId }, headers: authorised });
    return (JSON.parse(body) as { status: string }).status;
  };

  it('submit-run starts an execution under the alias, execute-run works on it, and get-run shows its end', async () => {
    const runId = await submit('canary: what is 6 times 7?');
    expect(lambda.started).toEqual([
      {
        functionName: 'ballast-dev-execute-run:durable',
        name: runId,
        payload: JSON.stringify({ tenantId: 'demo', runId }),
      },
    ]);
    const event = firstInvocation(runId, lambda.started[0]?.payload ?? '');
    const { output, body } = await call('execute-run', { event });
    expect([lambda.checkpointed.some((each) => each.startsWith('SUCCEED')), body]).toEqual([true, undefined]);
    expect(await statusOf(runId)).toBe('succeeded');
    const listed = await call('submit-run', { path: '/agent/runs', headers: authorised });
    expect(JSON.parse(listed.body)).toMatchObject({ runs: [{ runId, status: 'succeeded' }] });
    expect(output + listed.output).not.toContain('canary');
  });

  it('control-run sends a run a message and cancels it', async () => {
    const runId = await submit('hello');
    expect((await signal(runId, 'messages', { content: 'hurry' })).statusCode).toBe(202);
    expect((await signal(runId, 'cancel')).statusCode).toBe(202);
    expect(lambda.started.at(-1)?.name).toBe(runId);
  });

  it('control-run cancels every unfinished run of a tenant, for an administrator', async () => {
    await submit('hello');
    const resource = '/admin/tenants/{tenantId}/runs/cancel';
    const request = { method: 'POST', path: resource.replace('{tenantId}', 'demo'), resource, headers: administrator };
    const { statusCode, body } = await call('control-run', { ...request, pathParameters: { tenantId: 'demo' } });
    // The one of the test before was only asked to end.
    expect([statusCode, JSON.parse(body)]).toEqual([202, { cancelled: 2 }]);
  });

  it('a start that Lambda throttles loses no run: it stays queued, and who asks again is told when', async () => {
    const before = lambda.started.length;
    lambda.throttle(true);
    const runId = await submit('hello');
    // The client of Lambda has tried three times.
    expect([lambda.throttled(), lambda.started.length]).toEqual([3, before]);
    expect(await statusOf(runId)).toBe('queued');
    const refused = await signal(runId, 'cancel');
    expect([refused.statusCode, JSON.parse(refused.body)]).toMatchObject([503, { code: 'store-unavailable' }]);
    expect(refused.headers['retry-after']).toBe('1');
    lambda.throttle(false);
    expect((await signal(runId, 'cancel')).statusCode).toBe(202);
    expect(lambda.started.slice(before).map(({ name }) => name)).toEqual([runId]);
    await call('execute-run', { event: firstInvocation(runId, lambda.started.at(-1)?.payload ?? '') });
    expect(await statusOf(runId)).toBe('cancelled');
  });

  it('project-run-status ends a run whose execution was lost, and sweep-runs finds nothing left of it', async () => {
    const runId = await submit('hello');
    await call('project-run-status', { event: ended(runId, 'FAILED') });
    expect(await statusOf(runId)).toBe('failed');
    const { output } = await call('sweep-runs', { event: {} });
    expect(output).not.toMatch(/"level":"ERROR"|(?:event|store) failed/);
  });

  it('deliver-webhooks sends what execute-run has put down, and get-run shows how that went', async () => {
    // A name that is known to lead nowhere.
    const runId = await submit('hello', { webhookUrl: 'https://hooks.invalid/x?token=canary' });
    await call('execute-run', { event: firstInvocation(runId, lambda.started.at(-1)?.payload ?? '') });
    const { output } = await call('deliver-webhooks', { event: ended(runId, 'SUCCEEDED') });
    const path = `/agent/runs/${runId}/deliveries`;
    const resource = '/agent/runs/{runId}/deliveries';
    const shown = await call('get-run', { path, resource, pathParameters: { runId }, headers: authorised });
    expect(JSON.parse(shown.body)).toMatchObject({
      deliveries: [
        {
          type: 'run.succeeded',
          url: 'hooks.invalid/x',
          status: 'pending',
          attempts: [{ status: null, error: expect.stringMatching(/^Error\/E/) as string }],
        },
      ],
    });
    expect(output).toContain('webhook attempted');
    expect(output + shown.output).not.toMatch(/canary|whsec/);
  });

  it('a session goes on from run-agent to execute-run and back, and sessions shows, lists and erases it', async () => {
    const sessionId = 'chat:1';
    const headers = { ...authorised, 'idempotency-key': 'chat' };
    const run = (extra: Readonly<Record<string, string>> = headers) =>
      call('run-agent', { method: 'POST', path: '/agent/run', headers: extra, body: { task: 'hello', sessionId } });
    expect((await run()).statusCode).toBe(200);
    const runId = await submit('and?', { sessionId });
    await call('execute-run', { event: firstInvocation(runId, JSON.stringify({ tenantId: 'demo', runId })) });
    expect(await statusOf(runId)).toBe('succeeded');
    expect((await run(authorised)).statusCode).toBe(200);
    const ask = (method: string) =>
      call('sessions', {
        method,
        path: `/sessions/${sessionId}`,
        resource: '/sessions/{sessionId}',
        pathParameters: { sessionId },
        headers: authorised,
      });
    const shown = JSON.parse((await ask('GET')).body) as { turns: unknown[] };
    expect(shown.turns).toHaveLength(6);
    const listed = await call('sessions', { path: '/sessions', headers: authorised });
    expect(JSON.parse(listed.body)).toMatchObject({ sessions: [{ sessionId }] });
    expect((await ask('DELETE')).statusCode).toBe(204);
    expect((await ask('GET')).statusCode).toBe(404);
  });

  it('runs that wait for a session are started by the end of the one before, whichever function finds it', async () => {
    const sessionId = 'turns';
    const first = await submit('one', { sessionId });
    const waiting = [await submit('two', { sessionId }), await submit('three', { sessionId })];
    expect(lambda.started.at(-1)?.name).toBe(first);
    const payload = JSON.stringify({ tenantId: 'demo', runId: first });
    await call('execute-run', { event: firstInvocation(first, payload) });
    expect(lambda.started.at(-1)?.name).toBe(waiting[0]);
    await call('project-run-status', { event: ended(String(waiting[0]), 'FAILED') });
    expect(lambda.started.at(-1)?.name).toBe(waiting[1]);

    const alone = await submit('four');
    const key = { tenantId: 'demo', userId: null, sessionId: 'shared' };
    const store = createDynamoDbSessionStore({ table: engine().table('RunsTable'), ...STORE });
    await store.wait(key, { runId: alone, agent: 'assistant', createdAt: 0 });
    const body = { task: 'hello', sessionId: key.sessionId };
    await call('run-agent', { method: 'POST', path: '/agent/run', headers: authorised, body });
    expect(lambda.started.filter(({ name }) => name === alone)).toHaveLength(2);
  });

  it('none has asked for what its role does not grant', () => {
    expect([zips.denied, lambda.denied]).toEqual([[], []]);
    const actions = new Set(zips.granted.map((said) => said.split(' ').slice(0, 3).join(' ')));
    expect([...actions]).toEqual(
      expect.arrayContaining([
        'submit-run: dynamodb:PutItem RunsTable',
        'submit-run: dynamodb:Query RunsTable/index/byTenant',
        'submit-run: dynamodb:PutItem ControlTable',
        'control-run: dynamodb:UpdateItem RunsTable',
        'control-run: dynamodb:PutItem LedgerTable',
        'execute-run: dynamodb:UpdateItem RunsTable',
        'execute-run: dynamodb:DeleteItem RunsTable',
        'execute-run: dynamodb:PutItem LedgerTable',
        'execute-run: dynamodb:UpdateItem LedgerTable',
        'project-run-status: dynamodb:Query RunsTable',
        'sweep-runs: dynamodb:Query RunsTable',
        'run-agent: dynamodb:Query RunsTable',
        'run-agent: dynamodb:DeleteItem RunsTable',
        'sessions: dynamodb:DeleteItem ControlTable',
        'sessions: dynamodb:PutItem RunsTable',
        'deliver-webhooks: dynamodb:Query RunsTable',
        'deliver-webhooks: dynamodb:UpdateItem RunsTable',
        'deliver-webhooks: dynamodb:PutItem RunsTable',
        'deliver-webhooks: dynamodb:DeleteItem RunsTable',
      ]),
    );
  });
});
