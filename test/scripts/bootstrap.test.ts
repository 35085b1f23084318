import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createAuthenticator } from '../../lib/tenants/authenticator.ts';
import { createDynamoDbAuditLog } from '../../lib/tenants/dynamodb-audit-log.ts';
import { createDynamoDbApiKeyStore, createDynamoDbTenantStore } from '../../lib/tenants/dynamodb-store.ts';
import { SCOPES } from '../../lib/tenants/types.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import { createTables, readTableDefinitions } from '../../local/tables.ts';
import { describeOnDynamoDb, type TestDynamoDb } from '../dynamodb.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';

const root = path.resolve(import.meta.dirname, '..', '..');

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const run = async (endpoint: string, ...words: string[]): Promise<Ended> => {
  const script = path.join(root, 'scripts', 'bootstrap.ts');
  const credentials = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_REGION: 'us-east-1' };
  const env = { PATH: process.env['PATH'], AWS_ENDPOINT_URL_DYNAMODB: endpoint, ...credentials };
  const child = spawn(process.execPath, [script, ...words], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
};

/** A deployed stage, as far as the ledger goes. */
const ledgerOf = async ({ client }: TestDynamoDb, stage: string) => {
  const names = {
    ControlTable: `ballast-${stage}-control`,
    LedgerTable: `ballast-${stage}-ledger`,
    RunsTable: `ballast-${stage}-runs`,
  };
  const definitions = readFileSync(path.join(root, 'infra', 'tables.yml'), 'utf8');
  await createTables(client, readTableDefinitions(definitions, names));
  const table = createTable({ client, name: names.LedgerTable, clock: createFakeClock(), random: seededRandom(1) });
  const tenants = createDynamoDbTenantStore(table);
  return { tenants, keys: createDynamoDbApiKeyStore(table), audit: createDynamoDbAuditLog(table) };
};

describeOnDynamoDb('npm run bootstrap', (engine) => {
  it('makes the tenant admin and one key with every scope, and a second run makes nothing', async () => {
    const { tenants, keys, audit } = await ledgerOf(engine(), 'first');
    const { code, stdout, stderr } = await run(engine().endpoint, '--stage', 'first');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^bk_[0-9a-z]{47}\n$/)]);
    expect(stderr).toContain('shown this once');

    const clock = createFakeClock();
    const { authenticate } = createAuthenticator({ keys, tenants, clock });
    expect(await authenticate(stdout.trim())).toMatchObject({ tenantId: 'admin', scopes: SCOPES });
    const told = await audit.list({ cursor: null, limit: 10 });
    expect(told.entries.map(({ action }) => action)).toEqual(['key.created', 'tenant.created']);
    expect(JSON.stringify(told)).not.toContain(stdout.trim());

    const again = await run(engine().endpoint, '--stage', 'first');
    expect([again.code, again.stdout]).toEqual([0, '']);
    expect(again.stderr).toContain('was bootstrapped before');
    expect(await keys.list('admin')).toHaveLength(1);
    expect((await audit.list({ cursor: null, limit: 10 })).entries).toHaveLength(2);
  });

  it('gives at most one key, however many run at once', async () => {
    const { keys } = await ledgerOf(engine(), 'race');
    const ended = await Promise.all(Array.from({ length: 4 }, () => run(engine().endpoint, '--stage', 'race')));
    const told = ended.map(({ stdout }) => stdout.trim()).filter((key) => key !== '');
    expect(told.length).toBeLessThanOrEqual(1);
    expect(await keys.list('admin')).toHaveLength(told.length);
  });

  it('says in one sentence that there is no such stage', async () => {
    const { code, stdout, stderr } = await run(engine().endpoint, '--stage', 'nowhere');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^The table ballast-nowhere-ledger cannot be used \(ResourceNotFoundException.*\n$/);
  });

  it.each([[[]], [['--stage', '']], [['--stage', '../x']], [['--force']]])(
    'says how it is used for %j',
    async (words) => {
      const { code, stderr } = await run(engine().endpoint, ...words);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/^Usage: /)]);
    },
  );
});
