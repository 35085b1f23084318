import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { tenantAccount } from '../../lib/budget/account.ts';
import { createDynamoDbBudgetStore } from '../../lib/budget/dynamodb-store.ts';
import { parseUsd } from '../../lib/kernel/money.ts';
import { createDynamoDbTenantStore } from '../../lib/tenants/dynamodb-store.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { createDynamoDbUsageStore } from '../../lib/usage/dynamodb-store.ts';
import { reservationOf } from '../budget/parts.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { runScript, stageLedger } from './stage.ts';

const run = (endpoint: string, ...words: string[]) => runScript('reconcile', endpoint, words);

/** What a process whose store had failed wrote into its log. */
const lineOf = (at: number, tenantId: string) =>
  JSON.stringify({
    level: 'ERROR',
    message: 'usage unrecorded',
    attemptId: 'run_told:1:1',
    tenantId,
    keyId: 'key-1',
    userId: null,
    agent: 'assistant',
    model: 'claude-sonnet-5-5',
    at,
    answered: true,
    estimated: null,
    inputTokens: 100,
    outputTokens: 20,
    costUsd: '0.0004',
  });

describeOnDynamoDb('npm run reconcile', (engine) => {
  // A real process has a real clock, so what it is to find is old by that one.
  const longAgo = () => Math.floor(performance.timeOrigin) - 30 * 60_000;
  const stores = async () => {
    const ledger = await stageLedger(engine(), 'local');
    return {
      tenants: createDynamoDbTenantStore(ledger),
      budgets: createDynamoDbBudgetStore(ledger),
      usage: createDynamoDbUsageStore(ledger),
    };
  };

  it('books what a log tells, settles by it, and gives up at its full amount what nobody tells of', async () => {
    const { tenants, budgets, usage } = await stores();
    const at = longAgo();
    await tenants.add(newTenant('acme', at));
    const account = tenantAccount('acme');
    const held = { at, amount: parseUsd('0.05') };
    await budgets.reserve(account, reservationOf('acme', { ...held, attemptId: 'run_told:1:1' }));
    await budgets.reserve(account, reservationOf('acme', { ...held, attemptId: 'run_lost:1:1' }));
    const folder = mkdtempSync(path.join(tmpdir(), 'ballast-reconcile-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const log = path.join(folder, 'log.jsonl');
    writeFileSync(log, `${lineOf(at, 'acme')}\n{"message":"request"}\nnot JSON\n`);

    const first = await run(engine().endpoint, '--stage', 'local', '--unrecorded', log);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain('1 attempt(s) of the log are on the books.');
    expect(first.stdout).toContain('acme run_lost:1:1: settled as lost at $0.05');
    expect(first.stdout).toContain('1 tenant(s) looked at, 1 reservation(s) settled, 0 tenant(s) failed.');

    const month = new Date(at).toISOString().slice(0, 7);
    const [books] = await budgets.months(account, month, month);
    expect(books).toMatchObject({ open: [], month: parseUsd('0.0504') });
    expect(await usage.find('acme', at, 'run_told:1:1')).toMatchObject({ answered: true, cost: parseUsd('0.0004') });

    const again = await run(engine().endpoint, '--stage', 'local', '--unrecorded', log);
    expect(again.stdout).toContain('0 reservation(s) settled');
    const [same] = await budgets.months(account, month, month);
    expect(same?.month).toBe(books?.month);
  });

  it('prints what was done as JSON, where it is asked to', async () => {
    const { tenants, budgets } = await stores();
    const at = longAgo();
    await tenants.add(newTenant('globex', at));
    await budgets.reserve(
      tenantAccount('globex'),
      reservationOf('globex', { at, amount: parseUsd('0.05'), attemptId: 'run_gone:1:1' }),
    );
    const { code, stdout } = await run(engine().endpoint, '--stage', 'local', '--json');
    const report = JSON.parse(stdout) as { readonly done: readonly object[] };
    expect(code).toBe(0);
    expect(report).toMatchObject({ stage: 'local', booked: null, settled: 1, failed: 0 });
    expect(report.done).toContainEqual(
      expect.objectContaining({
        type: 'budget.reconciled',
        attemptId: 'run_gone:1:1',
        outcome: 'lost',
        costUsd: '0.05',
      }),
    );
  });

  it('says how it is called where an option is wrong, and names no machine where the store does not answer', async () => {
    expect(await run('http://127.0.0.1:9', '--stage', 'No Stage')).toMatchObject({ code: 2, stdout: '' });
    const unreachable = await run('http://127.0.0.1:9', '--stage', 'local');
    expect(unreachable.code).toBe(2);
    expect(unreachable.stdout).toMatch(/^(?:budgets\.parked failed \([\w/-]+\)\n)?$/);
    const short = await run('http://127.0.0.1:9', '--stage', 'local', '--longest-call-ms', '839999');
    expect(short).toMatchObject({ code: 2, stdout: '' });
    expect(short.stderr).toContain('at least 840000');
    expect(unreachable.stderr).toMatch(/^It could not be reconciled: \S+\.\n$/);
  });
});
