import { expect, it } from 'vitest';
import type { SeenRequest } from '../upstream/recorder.ts';
import { awaitStatus, createTenant, hasEnded, watchRun } from './kill/drive-run.ts';
import { type ScriptedTurn, startScriptedModel, turnsOf } from './kill/scripted-model.ts';
import { fastClock, supervise } from './kill/supervised.ts';

const LOST_AGENTS = new URL('kill/lost-agents.ts', import.meta.url);
const LIMITS = { RUN_TIMEOUT_MS: '20000', STREAM_TIMEOUT_MS: '20000' };

const answered = (request: SeenRequest): number => turnsOf(request).filter(({ role }) => role === 'assistant').length;

interface Situation {
  readonly turnFor: (request: SeenRequest) => ScriptedTurn;
  /** Called for each request, before it is answered. */
  readonly onRequest?: (request: SeenRequest, kill: () => void) => void;
  readonly invocationSeconds?: number;
}

/** One run to its end, in a server that is started again whenever it ends. */
const runLost = async ({ turnFor, onRequest, invocationSeconds }: Situation) => {
  const clock = fastClock();
  const upstream = await startScriptedModel(clock, (request) => {
    onRequest?.(request, () => void server.kill());
    return turnFor(request);
  });
  await using server = await supervise({
    clock,
    agents: LOST_AGENTS,
    env: {
      ANTHROPIC_BASE_URL: upstream.url,
      ...LIMITS,
      ...(invocationSeconds === undefined ? {} : { TEST_INVOCATION_SECONDS: String(invocationSeconds) }),
    },
    preloads: invocationSeconds === undefined ? [] : ['./short-invocations.ts'],
  });
  try {
    const tenant = await createTenant(server, 'lost', {});
    const submitted = await tenant.ask('POST', '/agent/runs', {
      body: { task: 'go' },
      headers: { 'idempotency-key': 'go' },
    });
    const runId = String(submitted.body['runId']);
    const row = await awaitStatus(tenant.ask, runId, hasEnded);
    const events = await watchRun(server, tenant.key, runId);
    expect(events.map(({ id }) => id)).toEqual(events.map((_, at) => at + 1));
    await expect
      .poll(async () => (await tenant.ask('GET', '/usage/budget')).body['day'])
      .toMatchObject({ reservedUsd: '0' });
    const { body } = await tenant.ask('GET', '/usage');
    return {
      row,
      events,
      effects: server.effects(),
      kills: server.kills,
      requests: upstream.requests,
      usage: body['totals'],
    };
  } finally {
    await upstream.close();
  }
};

it('a model call that always kills the process is paid three times, and the run fails as worker-lost', async () => {
  const { row, events, kills, requests, usage } = await runLost({
    turnFor: () => ({ text: 'never said' }),
    onRequest: (_, kill) => kill(),
  });
  expect(row).toMatchObject({ status: 'failed', error: { code: 'worker-lost', status: 500 } });
  expect([kills, requests.length]).toEqual([3, 3]);
  expect(events.at(-1)).toMatchObject({ event: 'run.failed', data: { code: 'worker-lost' } });
  // Each at what it had reserved: nobody knows what became of it.
  expect(usage).toMatchObject({ costUsd: (row['error'] as { usage: { costUsd: string } }).usage.costUsd });
  expect(Number((usage as { estimatedUsd: string }).estimatedUsd)).toBeGreaterThan(0.12);
});

it('a tool that always kills the process is begun three times, and then the model is told', async () => {
  const { row, effects, kills, requests } = await runLost({
    turnFor: (request) =>
      answered(request) === 0 ? { text: '', tool: { name: 'kill', id: 'toolu_kill' } } : { text: 'It went wrong.' },
  });
  expect(row).toMatchObject({ status: 'succeeded', output: 'It went wrong.' });
  expect([kills, effects.length, requests.length]).toEqual([3, 3, 2]);
  expect(JSON.stringify(requests.at(-1)?.body)).toContain('This call was interrupted.');
});

it('a step that outlives its invocations is begun three times, and then the model is told', async () => {
  const { row, effects, requests } = await runLost({
    invocationSeconds: 25,
    turnFor: (request) =>
      answered(request) === 0 ? { text: '', tool: { name: 'hang', id: 'toolu_hang' } } : { text: 'It never came.' },
  });
  expect(row).toMatchObject({ status: 'succeeded', output: 'It never came.' });
  expect([effects.length, requests.length]).toEqual([3, 2]);
  expect(JSON.stringify(requests.at(-1)?.body)).toContain('This call was interrupted.');
});

it('a model call that would outlive its invocation ends before it, paid three times at most', async () => {
  const { row, requests } = await runLost({
    invocationSeconds: 25,
    turnFor: () => ({ text: 'Wait for it.', pauseMs: 3_600_000 }),
  });
  expect(row).toMatchObject({ status: 'timed_out', error: { code: 'upstream-timeout' } });
  expect(requests.length).toBeLessThanOrEqual(3);
});
