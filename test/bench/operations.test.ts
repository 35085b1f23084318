import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { countOperations } from '../../bench/operations.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';

describeOnDynamoDb('a run with one model call in a warm environment', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-operations-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  // The circuit is read about once a second, so it may have been read just now.
  const CIRCUIT = [['GetItem control']];

  const RESERVED = ['UpdateItem ledger'];
  // The record says by what a reservation is settled, so it is written first.
  const SETTLED = ['UpdateItem ledger'];

  it('holds its cost back with one write before the model, and then writes all it has to write, and settles', async () => {
    const { beforeModelCall, beforeAnswer } = await countOperations({ endpoint: engine().endpoint, folder });
    expect([[RESERVED], [...CIRCUIT, RESERVED]]).toContainEqual(beforeModelCall);
    expect(beforeAnswer).toEqual([['PutItem ledger', 'PutItem runs'], SETTLED]);
  }, 60_000);

  it('with an idempotency key claims it before that, and ends its claim with the rest', async () => {
    const options = { endpoint: engine().endpoint, folder, idempotencyKey: 'counted' };
    const { beforeModelCall, beforeAnswer } = await countOperations(options);
    const claim = ['PutItem control'];
    expect([
      [claim, RESERVED],
      [claim, ...CIRCUIT, RESERVED],
    ]).toContainEqual(beforeModelCall);
    expect(beforeAnswer).toEqual([['PutItem control', 'PutItem ledger', 'PutItem runs'], SETTLED]);
  }, 60_000);
});
