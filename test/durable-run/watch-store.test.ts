import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { createWatchRun } from '../../lib/durable-run/watch-run.ts';
import type { OperationName } from '../../lib/dynamodb/types.ts';
import { partitionOf } from '../../lib/runs/run-key.ts';
import { systemClock } from '../../local/system-clock.ts';
import { describeOnDynamoDb, TABLE_NAMES } from '../dynamodb.ts';
import { parseEvents } from './sent.ts';
import { runsOn, submitRun } from './write-run.ts';

const delta = (text: string) => ({ event: 'text.delta', data: { text } });

describeOnDynamoDb('watching a run in a table', (engine) => {
  it('gives all events, however large, and only reads: nothing of the run is another afterwards', async () => {
    const { client, sdk } = engine();
    const run = await submitRun(client);
    const operations: OperationName[] = [];
    const { runs, log } = runsOn({
      send(operation, ...asked) {
        operations.push(operation);
        return client.send(operation, ...asked);
      },
    });
    const items = async () => {
      const ExpressionAttributeValues = { ':pk': { S: partitionOf(run) } };
      const input = { TableName: TABLE_NAMES.RunsTable, ConsistentRead: true };
      return (
        await sdk.send(new QueryCommand({ ...input, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues }))
      ).Items;
    };
    await run.write([{ event: 'run.queued', data: {} }, delta('x'.repeat(2_000_000))]);
    await run.write([delta('Grüße 🌍')], { newWorker: true });
    const row = await runs.find(run.tenantId, run.runId);
    if (row === null) throw new Error('the run is not there');

    const watchRun = createWatchRun({ log, clock: systemClock, emit: () => undefined });
    const watch = async (after: number) => {
      const { body } = await watchRun(row, { start: { after, field: 'after' }, limitMs: 240_000 });
      return typeof body === 'string'
        ? body
        : Buffer.concat(await Array.fromAsync(body as AsyncIterable<Buffer>)).toString();
    };
    const watched = [watch(0), watch(1), watch(3)];
    await run.write([{ event: 'run.cancelled', data: {} }], { last: true });
    const before = await items();
    const all = run.events.map((event, at) => ({ id: at + 1, ...event }));
    for (const [at, text] of (await Promise.all([...watched, watch(4)])).entries())
      expect(parseEvents(text).events).toEqual(all.slice([0, 1, 3, 4][at]));
    expect([...new Set(operations)].toSorted()).toEqual(['GetItem', 'Query']);
    expect(await items()).toEqual(before);
  });
});
