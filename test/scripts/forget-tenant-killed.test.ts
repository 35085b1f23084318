import { expect, it } from 'vitest';
import { keyOf, s } from '../../lib/dynamodb/attributes.ts';
import { createTable } from '../../lib/dynamodb/table.ts';
import { createDynamoDbApiKeyStore, createDynamoDbTenantStore } from '../../lib/tenants/dynamodb-store.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { createDynamoDbUsageStore } from '../../lib/usage/dynamodb-store.ts';
import { createDynamoDbToolUsageStore } from '../../lib/usage/dynamodb-tool-store.ts';
import { createDynamoDbRollupStore } from '../../lib/usage/reports/rollups/dynamodb-rollup-store.ts';
import { createRollUps } from '../../lib/usage/reports/rollups/roll-up.ts';
import { headKey } from '../../lib/usage/reports/rollups/rollup-item.ts';
import { HOUR_MS } from '../../lib/usage/reports/time-range.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { createFakeClock } from '../fake-clock.ts';
import { scanTables } from '../scan-tables.ts';
import { seededRandom } from '../seeded-random.ts';
import { size } from '../sizes.ts';
import { record } from '../usage/records.ts';
import { runDying } from './dying-script.ts';
import { stageLedger } from './stage.ts';

const TENANT = 'acme';
/** So long ago that nothing is under way. */
const LONG_AGO = Math.floor(performance.timeOrigin) - 6 * HOUR_MS;

describeOnDynamoDb('npm run forget-tenant, killed at a write', (engine) => {
  const namesOf = (stage: string) => ({
    ControlTable: `ballast-${stage}-control`,
    LedgerTable: `ballast-${stage}-ledger`,
    RunsTable: `ballast-${stage}-runs`,
  });

  /** A stage with a suspended tenant, of whom something is in each kind of place. */
  const populate = async (stage: string): Promise<void> => {
    const ledger = await stageLedger(engine(), stage);
    const table = (name: string) =>
      createTable({ client: engine().client, name, clock: createFakeClock(), random: seededRandom(1) });
    const runs = table(namesOf(stage).RunsTable);
    const control = table(namesOf(stage).ControlTable);
    const named = { name: 'canary-name', webhookUrl: 'https://canary.example.com', status: 'suspended' } as const;
    await createDynamoDbTenantStore(ledger).add(newTenant(TENANT, LONG_AGO, named));
    const keys = createDynamoDbApiKeyStore(ledger);
    for (const nth of [1, 2])
      await keys.add({
        hash: `${nth}`.repeat(64),
        keyId: `key_${nth}`,
        tenantId: TENANT,
        name: 'canary-key',
        scopes: ['runs:write'],
        createdAt: LONG_AGO,
        expiresAt: null,
        requestsPerMinute: null,
        dailyBudgetUsd: null,
      });
    const canary = { text: s('canary') };
    for (const sk of ['run', 'e#1', 'content']) await runs.put({ ...keyOf({ pk: `${TENANT}/run_1`, sk }), ...canary });
    for (const sk of ['head', 'c#run_1'])
      await runs.put({ ...keyOf({ pk: `session#${TENANT}/-/chat`, sk }), ...canary });
    await runs.put({ ...keyOf({ pk: 'erase#1', sk: `${'0'.repeat(15)}#${TENANT}/run_1` }), ...canary });
    for (const pk of [`idem#${TENANT}#1`, `cache#${TENANT}#1`, `rate#key#${TENANT}#1`])
      await control.put({ ...keyOf({ pk, sk: 'x' }), ...canary });
    await ledger.put({ ...keyOf({ pk: `user-name#${TENANT}`, sk: 'sha256:1' }), ...canary });
    const usage = createDynamoDbUsageStore(ledger);
    const tools = createDynamoDbToolUsageStore(ledger);
    const labels = { sessionId: 'canary-session', metadata: { team: 'canary' } };
    for (const hours of [0, 1, 3]) {
      const own = { tenantId: TENANT, runId: `run_${hours}`, attemptId: `run_${hours}:1:1`, labels };
      await usage.add(record({ ...own, at: LONG_AGO + hours * HOUR_MS, userId: 'canary-user' }));
    }
    const rollups = createDynamoDbRollupStore(ledger, seededRandom(2));
    const rollUps = createRollUps({ usage, tools, rollups, settledAfterMs: 0 });
    await rollUps.rollUp({ tenantId: TENANT, createdAt: LONG_AGO, now: LONG_AGO + 3 * HOUR_MS });
    // A part of an earlier, larger rollup, which no head tells of any more.
    const stale = `${headKey(LONG_AGO)}#000000000001#001`;
    await ledger.put({ ...keyOf({ pk: `rollup#${TENANT}#cell`, sk: stale }), ...canary });
    // Of one whose id begins so.
    await runs.put({ ...keyOf({ pk: `${TENANT}-2/run_1`, sk: 'run' }), text: s('of another') });
  };

  /** All that is there, without what is other with each write; the audit has an entry for each time it was called. */
  const left = async (stage: string): Promise<string[]> =>
    (await scanTables(engine().sdk, namesOf(stage)))
      .filter(({ pk }) => pk !== 'audit')
      .map(({ table, text }) => `${table}\n${text.replace(/^(?:writeId|version)=.*\n?/gm, '')}`)
      .toSorted();

  const forget = (stage: string, kill: Parameters<typeof runDying>[3]) =>
    runDying('forget-tenant', engine().endpoint, ['--stage', stage, '--tenant', TENANT, '--yes'], kill);

  it('and called again ends as it does when nobody kills it', async () => {
    await populate('whole');
    expect((await left('whole')).filter((item) => item.includes('canary')).length).toBeGreaterThan(15);
    const whole = await forget('whole', null);
    expect(whole.code).toBe(0);
    const end = await left('whole');
    expect(end.filter((item) => item.includes('canary'))).toEqual([]);
    expect(end.filter((item) => item.includes('of another'))).toHaveLength(1);
    expect(end.filter((item) => item.includes('costPicoUsd'))).toHaveLength(3);

    const places = size(4, whole.writes);
    for (let place = 0; place < places; place += 1) {
      const at = 1 + Math.floor((place * (whole.writes - 1)) / Math.max(1, places - 1));
      const stage = `killed-${at}`;
      await populate(stage);
      const killed = await forget(stage, { at, after: place % 2 === 0 });
      expect(killed.code).toBe(null);
      if (at < whole.writes) expect(await left(stage)).not.toEqual(end);
      expect((await forget(stage, null)).code).toBe(0);
      expect(await left(stage), `killed at write ${at} of ${whole.writes}`).toEqual(end);
    }
  });
});
