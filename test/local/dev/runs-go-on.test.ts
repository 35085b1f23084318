import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { agentText, ownAgents } from '../own-agents.ts';
import { ask, type SpawnedServer, testWorkplace } from '../spawned-server.ts';

const CLI = join(import.meta.dirname, '..', '..', '..', 'local', 'ballast.mjs');

/** Waits for a person, and says which text of its code ran. */
const refund = (says: string) => `import { defineTool, z } from 'ballast';
export const refund = defineTool({
  name: 'refund', description: 'Refunds.', input: z.strictObject({}), requiresApproval: true, sideEffects: true,
  run: () => '${says}',
});
`;

/** Notes in `begun` that it works, and ends once there is a file `open`. */
const WAITING = `import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { defineTool, z } from 'ballast';
export const waiting = defineTool({
  name: 'waiting', description: 'Waits.', input: z.strictObject({}), timeoutMs: 600_000,
  async run() {
    writeFileSync('begun', '');
    while (!existsSync('open')) await pause(20);
    return 'it is open';
  },
});
`;

interface Run {
  readonly status: string;
  readonly output: string | null;
  readonly error?: { readonly code: string };
  readonly usage: { readonly modelCalls: number };
  readonly approvals?: readonly { readonly toolUseId: string }[];
}

const times = ({ output }: SpawnedServer) => output.stdout.split('Ballast ready on ').length - 1;

/** A server of `npm run dev` with the agents `clerk`, who asks a person, and `desk`, whose tool waits for a file. */
const dev = async () => {
  const place = testWorkplace();
  const write = (name: string, text: string) => writeFileSync(join(place.directory, name), text);
  ownAgents(place.directory, {
    'index.js':
      "import { clerk } from './clerk.js';\nimport { desk } from './desk.js';\nexport const agents = [clerk, desk];\n",
    'clerk.js': agentText('clerk', ['refund']),
    'desk.js': agentText('desk', ['waiting']),
    'refund.js': refund('by the old code'),
    'waiting.js': WAITING,
  });
  const server = place.start({ command: [process.execPath, CLI, 'dev'] });
  const url = await server.ready;
  const runOf = async (runId: string) => (await (await ask(url, `/agent/runs/${runId}`)).json()) as Run;
  return {
    write,
    isThere: (name: string) => existsSync(join(place.directory, name)),
    url,
    runOf,
    statusOf: async (runId: string) => (await runOf(runId)).status,
    /** Calls of models that the servers have logged for the run. */
    modelCallsOf: (runId: string) =>
      server.output.stdout
        .split('\n')
        .filter((line) => line.includes('"message":"model attempted"') && line.includes(runId)).length,
    submit: async (agent: string, tool: string): Promise<string> => {
      const answer = await ask(url, '/agent/runs', { agent, task: `[[tool:${tool} {}]]` });
      return ((await answer.json()) as { runId: string }).runId;
    },
    /** Saves a file, and waits for the server that has it. */
    change: async (name: string, text: string): Promise<void> => {
      const before = times(server);
      write(name, text);
      await expect.poll(() => times(server)).toBe(before + 1);
    },
  };
};

it('a run that waits for a person goes on by the new code of its tool, and by no other agent than it began with', async () => {
  const { url, submit, change, runOf, statusOf } = await dev();
  const approve = async (runId: string) => {
    const [approval] = (await runOf(runId)).approvals ?? [];
    const path = `/agent/runs/${runId}/approvals/${approval?.toolUseId ?? ''}`;
    return (await ask(url, path, { decision: 'approve' })).status;
  };
  const [first, second] = [await submit('clerk', 'refund'), await submit('clerk', 'refund')];
  for (const runId of [first, second]) await expect.poll(() => statusOf(runId)).toBe('awaiting_approval');

  await change('agents/refund.js', refund('by the new code'));
  expect(await approve(first)).toBe(204);
  await expect.poll(() => statusOf(first)).toBe('succeeded');
  expect((await runOf(first)).output).toContain('by the new code');

  await change('agents/clerk.js', agentText('clerk', ['refund'], 'Refuse.'));
  expect(await approve(second)).toBe(204);
  await expect.poll(() => statusOf(second)).toBe('failed');
  expect((await runOf(second)).error).toMatchObject({ code: 'run-conflict' });
});

it('a run that works goes on where it was, and asks no model again', async () => {
  const { write, isThere, submit, change, runOf, statusOf, modelCallsOf } = await dev();
  const runId = await submit('desk', 'waiting');
  await expect.poll(() => isThere('begun')).toBe(true);
  await change('agents/clerk.js', agentText('clerk', ['refund'], 'Refuse.'));
  write('open', '');
  await expect.poll(() => statusOf(runId)).toBe('succeeded');
  const { output, usage } = await runOf(runId);
  expect(output).toContain('it is open');
  expect([usage.modelCalls, modelCallsOf(runId)]).toEqual([2, 2]);
});
