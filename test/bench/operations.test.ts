import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { countOperations, type OperationsOfRun } from '../../bench/operations.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';

describeOnDynamoDb('a run with one model call in a warm environment', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-operations-'));
  let counted: OperationsOfRun;
  beforeAll(async () => {
    counted = await countOperations(engine().endpoint, folder);
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('asks DynamoDB nothing before the model', () => {
    expect(counted.beforeModelCall).toEqual([]);
  });

  it('writes its usage record and its row together before it answers, and nothing else', () => {
    expect(counted.beforeAnswer).toEqual([['PutItem ledger', 'PutItem runs']]);
  });
});
