import { expect, it } from 'vitest';
import { createTable } from '../../lib/dynamodb/table.ts';
import type { DynamoDb } from '../../lib/dynamodb/types.ts';
import { createRunNotes } from '../../lib/end-users/run-notes.ts';
import { pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { describeOnDynamoDb, TABLE_NAMES } from '../dynamodb.ts';
import { stepped } from '../dynamodb/stepped-client.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';

const ADA = pseudonymOf('ada@example.org');
const BOB = pseudonymOf('bob');

let tenants = 0;

/** It says nothing until nobody waits any more. */
const SILENT: DynamoDb = {
  send: (_operation, _input, signal) =>
    new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted')))),
};

const notesOn = (engine: { readonly client: DynamoDb }) => {
  const clock = createFakeClock();
  const events: BallastEvent[] = [];
  const client = stepped(engine.client, () => undefined);
  const table = createTable({ client, name: TABLE_NAMES.RunsTable, clock, random: seededRandom(7) });
  const emit = (event: BallastEvent) => void events.push(event);
  const notes = createRunNotes({ table, clock, emit, retentionMs: 1_000_000 });
  const tenantId = `noted-${(tenants += 1)}`;
  const list = (user = ADA, after: string | null = null, by = Infinity) =>
    Array.fromAsync(notes.list(tenantId, user, after, by));
  return { notes, clock, events, client, tenantId, list };
};

describeOnDynamoDb('the notes of an end user’s runs', (engine) => {
  it('say where each may have left something, in their order, each user’s and tenant’s apart', async () => {
    const { notes, client, tenantId, list } = notesOn(engine());
    const links = { sessionId: 'chat', claimKey: `${tenantId}#0f`, cacheKey: `${tenantId}#1f` };
    const runs = [1, 2, 3].map((nth) => ({ tenantId, runId: `run_${nth}`, createdAt: nth * 1_000 }));
    for (const run of runs.toReversed()) await notes.note(run.runId === 'run_2' ? { ...run, ...links } : run, ADA);
    await notes.note({ tenantId, runId: 'run_4', createdAt: 4_000 }, BOB);
    await notes.note({ tenantId: `${tenantId}-other`, runId: 'run_5', createdAt: 5_000 }, ADA);
    const written = client.steps;
    await notes.note({ tenantId, runId: 'run_6', createdAt: 6_000 }, null);
    expect(client.steps).toBe(written);
    const [first, second, third] = runs;
    expect(await list()).toEqual([first, { ...second, ...links }, third]);
    expect((await list(ADA, 'run_1', 2_000)).map(({ runId }) => runId)).toEqual(['run_2']);
    await notes.remove(tenantId, ADA, 'run_2');
    await notes.remove(tenantId, ADA, 'run_2');
    expect(await list()).toEqual([first, third]);
  });

  it('are given up after a second in which the store says nothing, and said to be missing', async () => {
    const { notes, clock, events, tenantId } = notesOn({ client: SILENT });
    const noting = notes.note({ tenantId, runId: 'run_1', createdAt: 1 }, ADA);
    await clock.advance(1_000);
    await noting;
    expect(events).toMatchObject([{ type: 'store.failed', operation: 'user-runs.note' }]);
  });
});
