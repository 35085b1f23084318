import { linkSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { JournalRecord } from '../../local/executions/journal-record.ts';
import { size } from '../sizes.ts';
import { awaitStatus, createTenant, hasEnded } from './kill/drive-run.ts';
import { startScriptedModel, turnsOf } from './kill/scripted-model.ts';
import { fastClock, supervise } from './kill/supervised.ts';

const CALLS = size(20, 100);
const TOKENS = 209_000;
/** The service's own bounds, and ours. */
const MOST_CHECKPOINT_BYTES = 262_144;
const MOST_JOURNAL_BYTES = 3 * 1_024 * 1_024;
const MOST_OPERATIONS = 500;

/** Bytes of the lines in which the steps of a call stand, its model's and its tool's. */
const bytesOfCall = (lines: readonly string[], call: number): number =>
  lines
    .filter((line) => new RegExp(`"name":"(?:model-${call}|tool-${call}-[^"]+)"`).test(line))
    .reduce((bytes, line) => bytes + Buffer.byteLength(line), 0);

const meanOfCalls = (lines: readonly string[], from: number, count: number): number =>
  Array.from({ length: count }, (_, at) => bytesOfCall(lines, from + at)).reduce((sum, bytes) => sum + bytes, 0) /
  count;

it(`a conversation of ${TOKENS} tokens with ${CALLS} tool calls of 5 KB leaves a journal that grows by the call, not by the conversation`, async () => {
  const clock = fastClock();
  const upstream = await startScriptedModel(clock, (request) => {
    const answered = turnsOf(request).filter(({ role }) => role === 'assistant').length;
    const inputTokens = Math.ceil((TOKENS * (answered + 1)) / CALLS);
    if (answered === CALLS - 1) return { text: 'All is read.', inputTokens };
    const page = (number: number) => ({ name: 'page', id: `toolu_${number}` });
    // A run makes a hundred model calls at most, its last answer included.
    const second = answered === 0 ? { secondTool: page(CALLS) } : {};
    return { text: `Page ${answered + 1}. `, tool: page(answered + 1), ...second, inputTokens };
  });
  const agents = new URL('kill/long-agents.ts', import.meta.url);
  await using server = await supervise({ clock, agents, env: { ANTHROPIC_BASE_URL: upstream.url } });
  try {
    const { ask } = await createTenant(server, 'reader', {});
    const body = { task: 'Read all of it.', maxModelCalls: CALLS };
    const runId = String((await ask('POST', '/agent/runs', { body })).body['runId']);
    await expect.poll(() => server.executionsRunning()).toHaveLength(1);
    const running = join(server.directory, '.ballast', 'executions', 'running', 'execute-run');
    // What stands in it is kept for no longer than it runs.
    const kept = join(server.directory, 'journal');
    linkSync(join(running, server.executionsRunning()[0] ?? ''), kept);
    expect(await awaitStatus(ask, runId, hasEnded)).toMatchObject({
      status: 'succeeded',
      output: 'All is read.',
      usage: { modelCalls: CALLS, toolCalls: CALLS },
    });
    // Each result reached the model whole.
    expect(Buffer.byteLength(JSON.stringify(upstream.requests.at(-1)?.body))).toBeGreaterThan(CALLS * 5 * 1_024);

    await expect.poll(() => server.executionsRunning()).toEqual([]);
    const journal = readFileSync(kept, 'utf8');
    const lines = journal.split('\n').filter((line) => line !== '');
    const records = lines.map((line) => JSON.parse(line) as JournalRecord);
    const operations = new Set(
      records.flatMap((record) => (record.kind === 'changed' ? record.operations : [])).map(({ id }) => id),
    );
    expect(Buffer.byteLength(journal)).toBeLessThanOrEqual(MOST_JOURNAL_BYTES);
    expect(operations.size).toBeLessThanOrEqual(MOST_OPERATIONS);
    for (const line of lines) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(MOST_CHECKPOINT_BYTES);
    const some = Math.floor(CALLS / 4);
    expect(meanOfCalls(lines, CALLS - some, some)).toBeLessThan(meanOfCalls(lines, 2, some) * 1.1);
    console.log(
      `${CALLS} calls: journal ${Buffer.byteLength(journal)} bytes, ${operations.size} operations, the largest checkpoint ${Math.max(...lines.map((line) => Buffer.byteLength(line)))} bytes`,
    );
  } finally {
    await upstream.close();
  }
});
