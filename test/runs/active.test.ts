import { expect, it } from 'vitest';
import { createActiveRuns } from '../../lib/runs/active.ts';
import type { RunKey } from '../../lib/runs/run-key.ts';
import { SHARDS } from '../../lib/runs/run-key.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import type { Fault } from '../dynamodb/faulty-client.ts';
import { createFakeClock } from '../fake-clock.ts';
import { countedTable } from './counted-table.ts';

const run = (tenantId: string, at: number): RunKey => ({ tenantId, runId: `run_${at}` });

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);

const names = (runs: readonly RunKey[]): string[] => runs.map(({ tenantId, runId }) => `${tenantId} ${runId}`).sort();

describeOnDynamoDb('the unfinished runs', (engine) => {
  const open = (...faults: Fault[]) => {
    const counted = countedTable(engine(), ...faults);
    const clock = createFakeClock();
    return { ...counted, clock, active: createActiveRuns({ table: counted.table, clock }) };
  };

  it('are all found, those of one tenant apart, by a query for each shard', async () => {
    const { active, operations } = open();
    const all = [...upTo(120).map((at) => run('acme', at)), run('acm', 1), run('acme-2', 1)];
    await Promise.all(all.map((one) => active.add(one)));
    expect(operations()).toEqual(all.map(() => 'PutItem'));
    expect(names(await active.list())).toEqual(names(all));
    expect(operations()).toEqual(Array.from({ length: SHARDS }, () => 'Query'));
    expect(names(await active.list('acme'))).toEqual(names(all.slice(0, 120)));
    expect(names(await active.list('acm'))).toEqual(names([run('acm', 1)]));
    expect(await active.list('nobody')).toEqual([]);
    await Promise.all(all.map((one) => active.remove(one)));
    expect(await active.list()).toEqual([]);
  });

  it('are spread over the shards', async () => {
    const { active, table } = open();
    const all = upTo(400).map((at) => run('spread', at));
    await Promise.all(all.map((one) => active.add(one)));
    const counts = await Promise.all(
      Array.from({ length: SHARDS }, async (_, shard) => {
        let count = 0;
        for await (const _item of table.query(`active#${shard}`, 'spread/')) count += 1;
        return count;
      }),
    );
    expect(Math.min(...counts)).toBeGreaterThan(5);
    await Promise.all(all.map((one) => active.remove(one)));
  });

  it('stand there since they were added first, once, and do not expire', async () => {
    const { active, clock, table } = open();
    const addedAt = clock.now();
    await active.add(run('once', 1));
    await clock.advance(5_000);
    await active.add(run('once', 1));
    expect(await active.list('once')).toEqual([{ ...run('once', 1), addedAt }]);
    const expiries = [];
    for (const shard of upTo(SHARDS))
      for await (const item of table.query(`active#${shard - 1}`, 'once/')) expiries.push(item['expiresAt']);
    expect(expiries).toEqual([undefined]);
  });

  it('are removed by one write, whether they are there or not, and when its answer was lost', async () => {
    const { active, operations } = open('ok', 'lost');
    await active.add(run('gone', 1));
    await active.remove(run('gone', 1));
    operations();
    await active.remove(run('gone', 1));
    expect(operations()).toEqual(['DeleteItem']);
    expect(await active.list('gone')).toEqual([]);
  });
});
