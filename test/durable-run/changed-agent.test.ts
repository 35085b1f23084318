import { beforeAll, expect, it, vi } from 'vitest';
import { awaitStatus, createTenant, hasEnded, type SeenEvent, watchRun } from './kill/drive-run.ts';
import { OUTPUT, startScriptedModel, turnByCount } from './kill/scripted-model.ts';
import { type Answered, fastClock, supervise } from './kill/supervised.ts';

interface Started {
  /** The file with its agents. */
  readonly agents: string;
  readonly row: Answered['body'];
  readonly events: readonly SeenEvent[];
  /** The status of the answer to the person's decision. */
  readonly decided: number;
  readonly paidAfter: number;
  /** What it did that the person was asked about. */
  readonly refunds: readonly string[];
}

/** Runs that wait for a person while the server is started again and again, each time with other agents; one goes on in each. */
const runOverChanges = async (starts: readonly string[]): Promise<Started[]> => {
  const clock = fastClock();
  const upstream = await startScriptedModel(clock, turnByCount);
  await using server = await supervise({ clock, env: { ANTHROPIC_BASE_URL: upstream.url } });
  try {
    const { ask, key } = await createTenant(server, 'changed', {});
    const submit = async () =>
      String((await ask('POST', '/agent/runs', { body: { task: 'go', agent: 'assistant' } })).body['runId']);
    const runIds = await Promise.all(starts.map(submit));
    for (const runId of runIds) await awaitStatus(ask, runId, (status) => status === 'awaiting_approval');
    // An invocation that still works is made again by the next start, with the agents that it finds there.
    await vi.waitUntil(() => server.executionsAtRest().length === starts.length, { timeout: 900_000 });
    const started: Started[] = [];
    for (const [at, agents] of starts.entries()) {
      const runId = runIds[at] ?? '';
      const paid = upstream.requests.length;
      server.useAgents(new URL(`kill/${agents}`, import.meta.url));
      const { kills } = server;
      server.kill();
      await vi.waitUntil(() => server.kills > kills, { timeout: 900_000 });
      const path = `/agent/runs/${runId}/approvals/toolu_refund`;
      const { status } = await ask('POST', path, { body: { decision: 'approve' } });
      const row = await awaitStatus(ask, runId, hasEnded);
      started.push({
        agents,
        row,
        events: await watchRun(server, key, runId),
        decided: status,
        paidAfter: upstream.requests.length - paid,
        refunds: server.effects().filter((line) => line.startsWith(runId) && line.includes('toolu_refund')),
      });
    }
    return started;
  } finally {
    await upstream.close();
  }
};

let started: readonly Started[];
beforeAll(async () => {
  started = await runOverChanges(['changed-agents.ts', 'renamed-agents.ts', 'agents.ts']);
});

const startedWith = (file: string): Started => started.find(({ agents }) => agents === file)!;

it.each([
  ['is told something else', 'changed-agents.ts'],
  ['is not there any more', 'renamed-agents.ts'],
])('a run whose agent %s when it goes on fails, and pays and does nothing more', (_, agents) => {
  const { row, events, paidAfter, refunds } = startedWith(agents);
  // Three calls of 100 and 1,200 tokens were paid before.
  const error = { code: 'run-conflict', status: 409, usage: { costUsd: '0.0366' } };
  expect(row).toMatchObject({ status: 'failed', error });
  expect(events.at(-1)).toMatchObject({ event: 'run.failed', data: { code: 'run-conflict' } });
  expect([paidAfter, refunds]).toEqual([0, []]);
});

it('a run whose agent is the same after the next start goes on', () => {
  const { row, decided, paidAfter, refunds } = startedWith('agents.ts');
  expect(row).toMatchObject({ status: 'succeeded', output: OUTPUT });
  expect([decided, paidAfter, refunds.length]).toEqual([204, 3, 1]);
});
