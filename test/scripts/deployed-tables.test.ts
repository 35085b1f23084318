import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createDynamoDbApiKeyStore, createDynamoDbTenantStore } from '../../lib/tenants/dynamodb-store.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { reportOf, row } from '../true-up/report.ts';
import { type ScriptedLambda, startLambda, tablesOf } from './scripted-lambda.ts';
import { runScript, stageLedger } from './stage.ts';

/** A real process has a real clock, and looks through every hour since. */
const BORN = Math.floor(performance.timeOrigin);

/** A command that acts on the money or the keys of a stage, by its words besides `--stage`. */
const COMMANDS = [
  ['bootstrap', []],
  ['forget-tenant', ['--tenant', 'acme', '--yes']],
  ['reconcile', []],
  ['export', []],
  ['true-up', ['--report', 'usage.csv']],
] as const;

describeOnDynamoDb('an operator’s command on a stage that a restore has led to another ledger', (engine) => {
  let lambda: ScriptedLambda;
  beforeAll(async () => {
    lambda = await startLambda();
  });
  afterAll(() => lambda[Symbol.asyncDispose]());
  afterEach(() => {
    lambda.refuses = false;
  });

  const run = (name: string, stage: string, words: readonly string[] = [], more: Record<string, string> = {}) =>
    runScript(name, engine().endpoint, ['--stage', stage, ...words], { signedIn: true, lambda: lambda.url, more });

  /** A stage whose functions work with `ledger-2`; both ledgers have the tenant acme. */
  const restored = async (stage: string) => {
    const live = `ballast-${stage}-ledger-2`;
    lambda.variables.set(`ballast-${stage}-run-agent:live`, tablesOf(stage, { LEDGER_TABLE: live }));
    const open = async (name?: string) => {
      const table = await stageLedger(engine(), stage, name);
      const tenants = createDynamoDbTenantStore(table);
      await tenants.add(newTenant('acme', BORN));
      return { tenants, keys: createDynamoDbApiKeyStore(table) };
    };
    return { left: await open(), live: await open(live) };
  };

  it('makes the first key where the functions look for it', async () => {
    const { left, live } = await restored('first-key');
    expect(await run('bootstrap', 'first-key')).toMatchObject({ code: 0 });
    expect([await left.keys.list('admin'), await live.keys.list('admin')]).toEqual([[], [expect.anything()]]);
  });

  it('forgets a tenant where it is served', async () => {
    const { left, live } = await restored('forget');
    expect((await run('forget-tenant', 'forget', ['--tenant', 'acme', '--yes'])).stdout).toContain('is erased');
    const statuses = [await left.tenants.find('acme'), await live.tenants.find('acme')].map((one) => one?.status);
    expect(statuses).toEqual(['active', 'suspended']);
  });

  it('exports and reconciles the books that are kept', async () => {
    const { live } = await restored('books');
    await live.tenants.add(newTenant('one-more', BORN));
    expect((await run('export', 'books')).stderr).toContain('0 record(s) of ballast-books-ledger-2.');
    expect((await run('reconcile', 'books')).stdout).toContain('2 tenant(s) looked at');
  });

  it('takes the tables that the shell names, and asks nobody where it names both', async () => {
    await restored('named');
    const own = { LEDGER_TABLE: 'ballast-named-ledger' };
    expect((await run('export', 'named', [], own)).stderr).toContain('0 record(s) of ballast-named-ledger.');
    lambda.refuses = true;
    const both = { ...own, RUNS_TABLE: 'ballast-named-runs' };
    expect(await run('export', 'named', [], both)).toMatchObject({ code: 0 });
  });

  it.each(COMMANDS)('%s acts on none where AWS does not say which they are', async (name, words) => {
    const folder = mkdtempSync(join(tmpdir(), 'ballast-report-'));
    try {
      const { left, live } = await restored(`refused-${name}`);
      writeFileSync(join(folder, 'usage.csv'), reportOf(row('2026-11-01', 'claude-haiku-4-5', [1, 0, 0, 0, 1, 0])));
      const given = words.map((word) => (word === 'usage.csv' ? join(folder, word) : word));
      lambda.refuses = true;
      const { code, stdout, stderr } = await run(name, `refused-${name}`, given);
      expect([code, stdout]).toEqual([name === 'bootstrap' ? 1 : 2, '']);
      expect(stderr).toMatch(
        /AWS does not say which tables .* \(AccessDeniedException\).*LEDGER_TABLE and RUNS_TABLE\.\n$/,
      );
      for (const { tenants, keys } of [left, live])
        expect([(await tenants.find('acme'))?.status, await keys.list('admin')]).toEqual(['active', []]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('and none where the function that is asked names none, as with variables that nobody here may decrypt', async () => {
    lambda.variables.set('ballast-mute-run-agent:live', {});
    const { code, stderr } = await run('export', 'mute');
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('AWS does not say which tables the stage mute works with'),
    ]);
  });
});
