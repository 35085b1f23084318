import { expect, it } from 'vitest';
import { createDynamoDbAuditLog } from '../../lib/administration/dynamodb-audit-log.ts';
import { createAuthenticator } from '../../lib/identity/authenticator.ts';
import { createDynamoDbApiKeyStore, createDynamoDbTenantStore } from '../../lib/tenants/dynamodb-store.ts';
import { describeOnDynamoDb, type TestDynamoDb } from '../dynamodb.ts';
import { createFakeClock } from '../fake-clock.ts';
import { runScript, stageLedger } from './stage.ts';

const run = (endpoint: string, ...words: string[]) => runScript('bootstrap', endpoint, words, { signedIn: true });

const ledgerOf = async (engine: TestDynamoDb, stage: string) => {
  const table = await stageLedger(engine, stage);
  const tenants = createDynamoDbTenantStore(table);
  return { tenants, keys: createDynamoDbApiKeyStore(table), audit: createDynamoDbAuditLog(table) };
};

describeOnDynamoDb('npm run bootstrap', (engine) => {
  it('makes the tenant admin and one key that administers alone and expires, and a second run makes nothing', async () => {
    const { tenants, keys, audit } = await ledgerOf(engine(), 'first');
    const { code, stdout, stderr } = await run(engine().endpoint, '--stage', 'first');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^bk_[0-9a-z]{47}\n$/)]);
    expect(stderr).toContain('shown this once');
    expect(stderr).toMatch(/alarmEmail, and the targets in its secret alerts.*With neither, nobody is/);

    expect(stderr).toMatch(/administers and does nothing else, and expires on \d{4}-\d{2}-\d{2}/);

    const clock = createFakeClock();
    const { authenticate } = createAuthenticator({ keys, tenants, clock });
    expect(await authenticate(stdout.trim())).toMatchObject({ tenantId: 'admin', scopes: ['admin'] });
    const told = await audit.list({ cursor: null, limit: 10 });
    expect(told.entries.map(({ action }) => action)).toEqual(['key.created', 'tenant.created']);
    expect(JSON.stringify(told)).not.toContain(stdout.trim());

    const again = await run(engine().endpoint, '--stage', 'first');
    expect([again.code, again.stdout]).toEqual([0, '']);
    expect(again.stderr).toContain('was bootstrapped before');
    expect(await keys.list('admin')).toHaveLength(1);
    expect((await audit.list({ cursor: null, limit: 10 })).entries).toHaveLength(2);
  });

  it('prints JSON where it is asked to, with the key, and of a second run who was first', async () => {
    const { keys } = await ledgerOf(engine(), 'json');
    const { code, stdout } = await run(engine().endpoint, '--stage', 'json', '--json');
    const [made] = await keys.list('admin');
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      {
        stage: 'json',
        created: true,
        keyId: made?.keyId,
        key: expect.stringMatching(/^bk_/) as string,
        expiresAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      },
    ]);
    const again = JSON.parse((await run(engine().endpoint, '--stage', 'json', '--json')).stdout) as object;
    expect(again).toMatchObject({ stage: 'json', created: false, keyId: made?.keyId });
    expect(again).not.toHaveProperty('key');
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
    expect(stderr).toMatch(
      /^On AWS: .*\nThe table ballast-nowhere-ledger cannot be used \(ResourceNotFoundException.*\n$/,
    );
  });

  it.each([[[]], [['--stage', '']], [['--stage', '../x']], [['--force']]])(
    'says how it is used for %j',
    async (words) => {
      const { code, stderr } = await run(engine().endpoint, ...words);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/^Usage: /)]);
    },
  );
});
