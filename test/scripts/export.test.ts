import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseUsd } from '../../lib/kernel/money.ts';
import { createDynamoDbUsageStore } from '../../lib/usage/dynamodb-store.ts';
import { NO_TOKENS } from '../../lib/usage/record.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { runScript, stageLedger } from './stage.ts';

const AT = Date.UTC(2026, 10, 20, 12);
const DAY_MS = 24 * 3_600_000;

describeOnDynamoDb('npm run export', (engine) => {
  const run = (...words: string[]) => runScript('export', engine().endpoint, ['--stage', 'local', ...words]);
  const record = (attemptId: string, at: number, agent: string) => ({
    attemptId,
    runId: 'run_1',
    tenantId: 'acme',
    keyId: 'key-1',
    userId: null,
    agent,
    model: 'claude-sonnet-5-5',
    at,
    answered: true,
    estimated: null,
    tokens: { ...NO_TOKENS, inputTokens: 12 },
    cost: parseUsd('0.00012'),
  });

  it('writes each record as a line, by days, as JSON or CSV, with the columns that the page describes', async () => {
    const ledger = await stageLedger(engine(), 'local');
    const usage = createDynamoDbUsageStore(ledger);
    await usage.add(record('run_1:1:1', AT, '=cmd, "x"'));
    await usage.add({ ...record('run_1:2:1', AT + DAY_MS, 'assistant'), estimated: 'cut', answered: false });
    await usage.add(record('run_2:1:1', AT + 2 * DAY_MS, 'assistant'));

    const all = await run();
    expect([all.code, all.stderr]).toEqual([0, '3 record(s) of ballast-local-ledger.\n']);
    const some = await run('--from', '2026-11-21', '--to', '2026-11-22');
    const [row = {}, ...more] = some.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    expect(more).toEqual([]);
    expect(row).toMatchObject({ attemptId: 'run_1:2:1', at: '2026-11-21T12:00:00.000Z', tenantId: 'acme' });
    expect(row).toMatchObject({ inputTokens: 12, costUsd: '0.00012', estimated: 'cut', estimatedUsd: '0.00012' });

    const csv = await run('--to', '2026-11-21', '--format', 'csv');
    const [header, line, ...rest] = csv.stdout.split('\r\n');
    expect([header, rest]).toEqual([Object.keys(row).join(','), ['']]);
    expect(line).toContain(`"'=cmd, ""x"""`);

    const page = readFileSync('docs/backups.md', 'utf8');
    const columns = page.slice(page.indexOf('| column')).matchAll(/^\| `(\w+)`/gm);
    expect([...columns].map(([, name]) => name)).toEqual(Object.keys(row));
  });

  it.each([[['--from', '2026-1-1']], [['--format', 'xml']], [['--what', 'x']]])(
    'says how it is called: %s',
    async (words) => {
      expect(await run(...words)).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(/^Usage:/) as string,
      });
    },
  );
});
