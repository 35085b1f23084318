import { expect, it } from 'vitest';
import { createRunQueue, type QueuedRun, type RunQueue } from '../../lib/runs/queue.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import type { Fault } from '../dynamodb/faulty-client.ts';
import { countedTable } from './counted-table.ts';

const CREATED_AT = 1_795_000_000_000;

const waiting = (tenantId: string, runId: string, afterMs = 0): QueuedRun => ({
  tenantId,
  runId,
  createdAt: CREATED_AT + afterMs,
});

/** Takes the runs of a tenant out one by one, as one starter of many does. */
const drain = async (queue: RunQueue, tenantId: string): Promise<string[]> => {
  const started: string[] = [];
  for (let run = await queue.oldest(tenantId); run !== null; run = await queue.oldest(tenantId))
    if (await queue.remove(run)) started.push(run.runId);
  return started;
};

describeOnDynamoDb('a queue of runs', (engine) => {
  const open = (...faults: Fault[]) => {
    const counted = countedTable(engine(), ...faults);
    return { ...counted, queue: createRunQueue(counted.table) };
  };

  it('gives the oldest first, and of one instant the lower id', async () => {
    const { queue } = open();
    const runs = [waiting('a', 'c', 5), waiting('a', 'b', 5), waiting('a', 'z', 1), waiting('a', 'd', 90_000)];
    await Promise.all([...runs, waiting('other', 'x')].map((run) => queue.enqueue(run)));
    expect(await queue.oldest('a')).toEqual(waiting('a', 'z', 1));
    expect(await drain(queue, 'a')).toEqual(['z', 'b', 'c', 'd']);
    expect(await queue.oldest('other')).toEqual(waiting('other', 'x'));
    expect(await queue.oldest('nobody')).toBeNull();
  });

  it('asks for each step once', async () => {
    const { queue, operations } = open();
    for (const id of ['1', '2', '3']) await queue.enqueue(waiting('costs', id));
    await queue.oldest('costs');
    await queue.remove(waiting('costs', '1'));
    expect(operations()).toEqual(['PutItem', 'PutItem', 'PutItem', 'Query', 'DeleteItem']);
  });

  it('has a run once, however often it is put there', async () => {
    const { queue } = open('lost');
    await queue.enqueue(waiting('twice', '1'));
    await queue.enqueue(waiting('twice', '1'));
    expect(await drain(queue, 'twice')).toEqual(['1']);
  });

  it('has one of ten starters at once remove each run', async () => {
    const { queue } = open();
    const ids = Array.from({ length: 30 }, (_, at) => `run_${String(at).padStart(2, '0')}`);
    await Promise.all(ids.map((id, at) => queue.enqueue(waiting('race', id, at))));
    const started = await Promise.all(Array.from({ length: 10 }, () => drain(queue, 'race')));
    expect(started.flat().sort()).toEqual(ids);
  });

  it('says that it removed a run when the answer was lost, and not when it was gone', async () => {
    const { queue } = open('ok', 'lost');
    await queue.enqueue(waiting('lost', '1'));
    expect(await queue.remove(waiting('lost', '1'))).toBe(true);
    expect(await queue.remove(waiting('lost', '1'))).toBe(false);
  });

  it('does not let a run expire', async () => {
    const { queue, table } = open();
    await queue.enqueue(waiting('kept', '1'));
    const items = [];
    for await (const item of table.query('queue#kept', '')) items.push(item['expiresAt']);
    expect(items).toEqual([undefined]);
  });
});
