import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BY_SDK, clientChoice } from '../../bench/client-choice.ts';
import { connectionOf } from '../../lib/aws/connection.ts';
import { engineMissing } from '../dynamodb.ts';

describe.skipIf(engineMissing !== null)('the bench of the two clients of DynamoDB', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-choice-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('tells whole calls by both, and what the SDK’s costs beside ours', async () => {
    const { rows, meaning } = await clientChoice(folder, { rounds: 1, turnMs: 100, connections: [1, 3] });
    expect(rows.map(([name]) => name)).toEqual([
      'our signed client, 1',
      'the SDK’s client, 1',
      'our signed client, 3',
      'the SDK’s client, 3',
    ]);
    expect(rows.every((row) => Number(row.at(-1)) > 0)).toBe(true);
    const said = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
    expect([said, { ...said, ...BY_SDK }].map((env) => connectionOf(env, 'dynamodb') === null)).toEqual([false, true]);
    expect(meaning).toMatch(/takes \d+\.\d\d times the CPU at 3 connections/);
  });
});
