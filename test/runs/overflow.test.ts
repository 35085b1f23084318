import { expect, it } from 'vitest';
import { s } from '../../lib/dynamodb/attributes.ts';
import { createOverflow } from '../../lib/runs/overflow.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { createFakeClock } from '../fake-clock.ts';
import { countedTable, noise } from './counted-table.ts';

const RETENTION_MS = 37 * 24 * 3_600_000;

const run = (runId: string) => ({ tenantId: 'acme', runId });

describeOnDynamoDb('what overflows', (engine) => {
  const open = () => {
    const counted = countedTable(engine());
    const clock = createFakeClock();
    return { ...counted, overflow: createOverflow({ table: counted.table, clock, retentionMs: RETENTION_MS }), clock };
  };

  it.each<[string, unknown, number]>([
    ['a text of one item', { text: 'Grüße 🌍 \u0000 \ud800', list: [1, null, false] }, 1],
    ['a text of many characters that are alike', ['x'.repeat(2_000_000)], 1],
    ['a text of several items', noise(2_000_000), 6],
    ['null', null, 1],
  ])('gives back %s, by as many writes as it has items and one read', async (_title, value, writes) => {
    const { overflow, operations } = open();
    const key = await overflow.put(run('run_whole'), value);
    expect(operations()).toEqual(Array.from({ length: writes }, () => 'PutItem'));
    expect(await overflow.get(run('run_whole'), key)).toEqual(value);
    expect(new Set(operations())).toEqual(new Set(['Query']));
  });

  it('has one key for one value, however often and by how many it is put', async () => {
    const { overflow } = open();
    const value = { text: noise(700_000) };
    const keys = await Promise.all(Array.from({ length: 5 }, () => overflow.put(run('run_twice'), value)));
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[\w-]{43}$/);
    expect(await overflow.get(run('run_twice'), keys[0] ?? '')).toEqual(value);
    expect(await overflow.put(run('run_twice'), { text: 'other' })).not.toBe(keys[0]);
  });

  it('renews the time of what is put again', async () => {
    const { overflow, table, clock } = open();
    const expiries = [];
    for (const passed of [0, 86_400_000]) {
      await clock.advance(passed);
      const key = await overflow.put(run('run_renewed'), 'x');
      const item = await table.get({ pk: 'acme/run_renewed', sk: `o#${key}#0001` });
      expect(item?.['expiresAt']).toEqual({ N: String((clock.now() + RETENTION_MS) / 1000) });
      expiries.push(item?.['expiresAt']);
    }
    expect(expiries[0]).not.toEqual(expiries[1]);
  });

  it('has no value of another run, and none of which a part is gone', async () => {
    const { overflow, table } = open();
    const key = await overflow.put(run('run_parts'), noise(700_000));
    await expect(overflow.get(run('run_other'), key)).rejects.toMatchObject({ code: 'internal' });
    const first = { pk: 'acme/run_parts', sk: `o#${key}#0001` };
    expect(await table.remove(first, { equal: { textEncoding: s('gzip') } })).toBe(true);
    await expect(overflow.get(run('run_parts'), key)).rejects.toMatchObject({ code: 'internal' });
  });
});
