import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bySdk, clientChoice } from '../../bench/client-choice.ts';
import { connectionOf } from '../../lib/aws/connection.ts';
import { functionEnvironment } from '../../local/environment.ts';
import { readSettings } from '../../local/settings.ts';
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
    // As the local server hands them to its functions.
    const given = (more: Readonly<Record<string, string>>) => {
      const env = { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1', ...more };
      const settings = readSettings(env, folder);
      const urls = { dynamoDbUrl: 'http://127.0.0.1:1', secretsUrl: 'http://127.0.0.1:2', lambdaUrl: null };
      const surroundings = { settings, version: '1', terminal: false, simulatedClaudeUrl: null, ...urls };
      return { ...env, ...functionEnvironment(env, surroundings) };
    };
    const isBySdk = [{}, bySdk(folder)].map((more) => connectionOf(given(more), 'dynamodb') === null);
    expect(isBySdk).toEqual([false, true]);
    expect(meaning).toMatch(/takes \d+\.\d\d times the CPU at 3 connections/);
  });
});
