import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { parseUsd } from '../../lib/kernel/money.ts';
import { createDynamoDbTenantStore } from '../../lib/tenants/dynamodb-store.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { createDynamoDbUsageStore } from '../../lib/usage/dynamodb-store.ts';
import { NO_TOKENS, type UsageRecord } from '../../lib/usage/record.ts';
import { writeAddress } from '../../local/data-files.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { runCommand, runScript, stageLedger } from '../scripts/stage.ts';
import { reportOf, row } from './report.ts';

const run = (words: readonly string[], endpoint: string) => runScript('true-up', endpoint, words);

const reportFile = (...rows: readonly string[]): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ballast-true-up-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'usage.csv');
  writeFileSync(file, reportOf(...rows));
  return file;
};

const record = (tenantId: string, at: string, change: Partial<UsageRecord> = {}): UsageRecord => ({
  attemptId: `run_${tenantId}:${at}:1`,
  runId: `run_${tenantId}`,
  tenantId,
  keyId: 'key-1',
  userId: null,
  agent: 'assistant',
  model: 'claude-opus-5-5',
  at: Date.parse(at),
  answered: true,
  estimated: null,
  tokens: { ...NO_TOKENS, inputTokens: 1_000, outputTokens: 100, webSearchRequests: 1 },
  cost: parseUsd('0.016'),
  ...change,
});

describeOnDynamoDb('npm run true-up', (engine) => {
  it('agrees with books that hold what was billed to all tenants, and shows where they do not', async () => {
    const ledger = await stageLedger(engine(), 'local');
    const tenants = createDynamoDbTenantStore(ledger);
    const usage = createDynamoDbUsageStore(ledger);
    for (const tenantId of ['acme', 'globex']) await tenants.add(newTenant(tenantId, 1));
    await usage.add(record('acme', '2026-11-01T00:00:00.000Z'));
    await usage.add(record('globex', '2026-11-02T23:59:59.999Z', { model: 'claude-opus-5-5-20260901' }));
    await usage.add(record('globex', '2026-11-02T12:00:00.000Z', { estimated: 'lost' }));
    await usage.add(record('acme', '2026-11-30T23:00:00.000Z', { model: 'claude-haiku-4-5' }));
    await usage.add(record('acme', '2026-12-01T00:00:00.000Z'));

    const first = row('2026-11-01', 'claude-opus-5-5-20260901', [1_000, 0, 0, 0, 100, 1]);
    const second = row('2026-11-02', 'claude-opus-5-5-20260901', [2_000, 0, 0, 0, 200, 2]);
    const covered = await run(['--stage', 'local', '--report', reportFile(first, second)], engine().endpoint);
    expect(covered).toMatchObject({ code: 0, stderr: '' });
    expect(covered.stdout).toBe(
      [
        'day         model            differs most  billed  booked   drift      billed, USD  booked, USD  estimates',
        '2026-11-01  claude-opus-5-5  nothing         1000    1000  0.00 %  0.016 to 0.0232        0.016          0',
        '2026-11-02  claude-opus-5-5  nothing         2000    2000  0.00 %  0.032 to 0.0464        0.032          1',
        '',
        '2026-11-01 to 2026-11-02: 0 of 2 lines differ by more than 0.5 %.',
        '',
      ].join('\n'),
    );

    // The whole month, in which the report knows nothing of its last day.
    const month = ['--stage', 'local', '--month', '2026-11', '--report', reportFile(first, second)];
    const whole = await run(month, engine().endpoint);
    expect(whole.code).toBe(1);
    expect(whole.stdout).toMatch(/2026-11-30 {2}claude-haiku-4-5 .+ 0 +1000 +not billed +0 +0\.016 +0 {2}beyond\n/);
    expect(whole.stdout).toContain('2026-11-01 to 2026-11-30: 1 of 3 lines differ by more than 0.5 %.');

    const json = JSON.parse((await run([...month, '--json'], engine().endpoint)).stdout) as { lines: object[] };
    expect(json).toMatchObject({
      stage: 'local',
      from: '2026-11-01',
      to: '2026-11-30',
      tolerancePercent: '0.5',
      beyond: 1,
    });
    expect(json.lines).toHaveLength(3);
    expect(json.lines[0]).toMatchObject({
      differsMost: null,
      billedUsd: { least: '0.016', most: '0.0232' },
      isBeyond: false,
    });
    expect(json.lines[2]).toMatchObject({ day: '2026-11-30', share: null, bookedUsd: '0.016', isBeyond: true });

    const more = row('2026-11-02', 'claude-opus-5-5-20260901', [2_020, 0, 0, 0, 200, 2]);
    const args = ['--stage', 'local', '--report', reportFile(first, more)];
    const strict = await run(args, engine().endpoint);
    expect(strict.code).toBe(1);
    expect(strict.stdout).toMatch(/2026-11-02 .+ input +2020 +2000 +-0\.99 % .+ 1 {2}beyond\n/);
    expect((await run([...args, '--tolerance', '1'], engine().endpoint)).code).toBe(0);
  });

  it('reads the books of the server that runs here, and says where none does', async () => {
    const data = mkdtempSync(path.join(tmpdir(), 'ballast-true-up-'));
    onTestFinished(() => rmSync(data, { recursive: true }));
    const report = reportFile(row('2026-10-01', 'claude-opus-5-5', [1, 0, 0, 0, 0, 0]));
    const here = () => runCommand('true-up', ['--stage', 'local', '--report', report], { BALLAST_DATA_DIR: data });
    expect(await here()).toEqual({
      code: 2,
      stdout: '',
      stderr: 'No server runs here: start it with npm start, or name another stage.\n',
    });
    await stageLedger(engine(), 'local');
    writeAddress(data, { dynamoDb: engine().endpoint });
    expect(await here()).toMatchObject({
      code: 1,
      stderr: '',
      stdout: expect.stringContaining('2026-10-01') as string,
    });
  });

  it.each<[why: string, args: string[], reason: string]>([
    ['no report', [], 'Usage: npm run true-up'],
    ['an option that is none', ['--report', 'a', '--colour'], 'Usage: npm run true-up'],
    ['a tolerance that is none', ['--report', 'a', '--tolerance', 'much'], 'Usage: npm run true-up'],
    ['a month that is none', ['--report', 'a', '--month', '2026-13'], 'Usage: npm run true-up'],
    ['a report that is not there', ['--stage', 'local', '--report', 'nowhere.csv'], 'The report cannot be read.\n'],
  ])('ends with 2 and one sentence for %s', async (_, args, reason) => {
    const ended = await run(args, engine().endpoint);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr.startsWith(reason)).toBe(true);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
  });

  it('ends with 2 where the report has nothing to compare, and where the books cannot be read', async () => {
    const empty = await run(['--stage', 'local', '--report', reportFile()], engine().endpoint);
    expect(empty).toMatchObject({ code: 2, stderr: 'The report has no row to compare.\n' });
    const some = reportFile(row('2026-11-01', 'claude-opus-5-5', [1, 0, 0, 0, 0, 0]));
    const nobody = await run(['--stage', 'local', '--report', some], 'http://127.0.0.1:9');
    expect(nobody.code).toBe(2);
    expect(nobody.stderr).toMatch(/^The books cannot be read \(.+\)\.\n$/);
  });
});
