import { expect, it } from 'vitest';
import { readNumber } from '../../lib/dynamodb/attributes.ts';
import type { Table } from '../../lib/dynamodb/table.ts';
import { createEraseEvents } from '../../lib/runs/ended/erase-events.ts';
import { createEraseRun } from '../../lib/runs/erase-run.ts';
import { createEventLog } from '../../lib/runs/event-log.ts';
import { createOverflow } from '../../lib/runs/overflow.ts';
import { partitionOf } from '../../lib/runs/run-key.ts';
import { describeOnDynamoDb, type TestDynamoDb } from '../dynamodb.ts';
import { createFakeClock } from '../fake-clock.ts';
import { countedTable } from './counted-table.ts';

const DAY_MS = 24 * 3_600_000;
const LIVES = { retentionMs: 37 * DAY_MS, keptMs: 30 * DAY_MS };

/** A log of one event an entry, each so many days after the one before. */
const written = async (engine: TestDynamoDb, runId: string, texts: readonly string[], days = 0) => {
  const clock = createFakeClock();
  const run = { tenantId: 'acme', runId };
  const { table, operations } = countedTable(engine);
  const log = createEventLog({ table, clock, ...LIVES });
  const put = (first: number, event: string, data: object, last = false) =>
    log.append(run, { first, writer: 1, events: [{ event, data }], state: { digest: 'x' }, last });
  for (const [at, text] of texts.entries()) {
    await put(at + 1, 'text.delta', { text });
    await clock.advance(days * DAY_MS);
  }
  const end = (event: string) => put(texts.length + 1, event, {}, true);
  const eraseWith = (used: Table) =>
    createEraseEvents({ table: used, clock, overflow: createOverflow({ table, clock, ...LIVES }), ...LIVES })(run);
  const items = () => Array.fromAsync(table.query(partitionOf(run), 'e#'));
  return { run, table, log, clock, operations, end, eraseWith, items, erase: () => eraseWith(table) };
};

describeOnDynamoDb('erasing what the events of a run quote', (engine) => {
  it('writes only what it changes, once, without what later writers knew of the text', async () => {
    const { run, log, end, erase, operations } = await written(engine(), 'run_writes', ['a', 'b']);
    await end('run.failed');
    operations();
    await erase();
    expect(operations().toSorted()).toEqual(['PutItem', 'PutItem', 'Query']);
    await erase();
    expect(operations()).toEqual(['Query']);
    const states = (await Array.fromAsync(log.read(run, 0))).map(({ state }) => state);
    expect(states).toEqual([null, null, { digest: 'x' }]);
  });

  it('writes nothing of an answer, which the row of the run has too', async () => {
    const { end, erase, operations } = await written(engine(), 'run_answer', ['a', 'b']);
    await end('run.succeeded');
    operations();
    await erase();
    expect(operations()).toEqual(['Query']);
  });

  it('keeps all of a long run for as long as the run', async () => {
    const { end, erase, items, clock } = await written(engine(), 'run_long', ['a', 'b', 'c'], 5);
    await end('run.succeeded');
    await erase();
    const days = (await items()).map((item) => (readNumber(item, 'expiresAt') * 1_000 - clock.now()) / DAY_MS);
    expect(days.map(Math.round)).toEqual([30, 30, 32, 37]);
  });

  it('brings nothing back of a run that is erased as a whole meanwhile', async () => {
    const { run, table, end, eraseWith, items } = await written(engine(), 'run_gone', ['a', 'b']);
    await end('run.failed');
    const eraseRun = createEraseRun(table);
    await eraseWith({
      ...table,
      async *query(...asked) {
        const found = await Array.fromAsync(table.query(...asked));
        await eraseRun(run);
        yield* found;
      },
    });
    expect(await items()).toEqual([]);
  });
});
