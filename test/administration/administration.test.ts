import { describe, expect, it } from 'vitest';
import { AppError } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import { keySettingsOf } from '../../lib/tenants/key-schema.ts';
import { settingsOf } from '../../lib/tenants/settings-schema.ts';
import { newTenant } from '../../lib/tenants/types.ts';
import { fakeStage } from '../tenants/directories.ts';

const actor = { tenantId: 'admin', keyId: 'key_a' };
const acme = (change = {}) => settingsOf(change, 'acme');

describe('every change', () => {
  const stageWithAcme = async () => {
    const stage = fakeStage();
    await stage.administration.tenants.put('acme', acme(), actor);
    const { stored } = await stage.administration.keys.create('acme', keySettingsOf({ name: 'ci' }), actor);
    stage.calls.length = 0;
    return { stage, keyId: stored.keyId };
  };
  type Prepared = Awaited<ReturnType<typeof stageWithAcme>>;
  const CHANGES: readonly [string, string[], (prepared: Prepared) => Promise<unknown>][] = [
    [
      'a new tenant',
      ['audit.tenant.created', 'tenants.add', 'changed beta'],
      ({ stage }) => stage.administration.tenants.put('beta', settingsOf({}, 'beta'), actor),
    ],
    [
      'a secret that is shown',
      ['secret.read', 'audit.webhook-secret.shown'],
      ({ stage }) => stage.administration.showWebhookSecret('acme', actor),
    ],
    [
      'new settings',
      ['audit.tenant.replaced', 'tenants.replace', 'changed acme'],
      ({ stage }) => stage.administration.tenants.put('acme', acme({ status: 'suspended' }), actor),
    ],
    [
      'a new key',
      ['audit.key.created', 'keys.add', 'changed acme'],
      ({ stage }) => stage.administration.keys.create('acme', keySettingsOf({ name: 'k' }), actor),
    ],
    [
      'a revoked key',
      ['audit.key.revoked', 'keys.revoke', 'changed acme'],
      ({ stage, keyId }) => stage.administration.keys.revoke('acme', keyId, actor),
    ],
    [
      'an invalidated cache',
      ['audit.cache.invalidated', 'tenants.replace', 'changed acme'],
      ({ stage }) => stage.administration.tenants.invalidateCache('acme', actor),
    ],
    [
      'a circuit that is set',
      ['audit.circuit.set', 'circuits.set'],
      ({ stage }) => stage.administration.circuits.set('tool/open-meteo', { state: 'isolated' }, actor),
    ],
  ];

  it.each(CHANGES)('is audited before it is made: %s', async (_title, calls, change) => {
    const prepared = await stageWithAcme();
    await change(prepared);
    expect(prepared.stage.calls).toEqual(calls);
    expect(prepared.stage.entries.at(-1)).toMatchObject({ actor, at: prepared.stage.clock.now() });
  });

  it.each(CHANGES)('is not made where it cannot be audited: %s', async (_title, _calls, change) => {
    const prepared = await stageWithAcme();
    const { stage } = prepared;
    const before = JSON.stringify([[...stage.tenantRows], [...stage.keyRows], [...stage.circuits]]);
    stage.auditFails = new AppError('store-unavailable', safe`no`);
    await expect(change(prepared)).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(JSON.stringify([[...stage.tenantRows], [...stage.keyRows], [...stage.circuits]])).toBe(before);
  });
});

describe('a tenant', () => {
  it('keeps its birth and its cache version through new settings, and raises its version', async () => {
    const { administration, clock } = fakeStage();
    const born = await administration.tenants.put('acme', acme(), actor);
    await administration.tenants.invalidateCache('acme', actor);
    await clock.advance(5_000);
    const changed = await administration.tenants.put('acme', acme({ maxRetries: 0 }), actor);
    const { createdAt } = born;
    expect(changed).toMatchObject({
      createdAt,
      updatedAt: createdAt + 5_000,
      version: 3,
      cacheVersion: 1,
      maxRetries: 0,
    });
  });

  it('is not written, nor audited, where its settings stay the same', async () => {
    const { administration, entries, calls } = fakeStage();
    const first = await administration.tenants.put('acme', acme({ dailyBudgetUsd: '1.50' }), actor);
    calls.length = 0;
    expect(await administration.tenants.put('acme', acme({ dailyBudgetUsd: '1.5' }), actor)).toEqual(first);
    expect(entries).toHaveLength(1);
    expect(calls).toEqual(['changed acme']);
  });

  it('audits the fields that changed, with what they were', async () => {
    const { administration, entries } = fakeStage();
    await administration.tenants.put(
      'acme',
      acme({ requestsPerMinute: 10, allowedModels: ['claude-opus-5-5'] }),
      actor,
    );
    await administration.tenants.put('acme', acme({ requestsPerMinute: 20, name: 'Acme' }), actor);
    expect(entries.at(-1)?.changes).toEqual({
      name: { from: 'acme', to: 'Acme' },
      requestsPerMinute: { from: 10, to: 20 },
      allowedModels: { from: ['claude-opus-5-5'], to: null },
    });
  });

  it('that another administrator changes meanwhile is written over what that one wrote, and audited so', async () => {
    const stage = fakeStage();
    const before = await stage.administration.tenants.put('acme', acme(), actor);
    stage.meanwhile = () => stage.tenantRows.set('acme', { ...before, maxRetries: 7, cacheVersion: 4, version: 2 });
    const after = await stage.administration.tenants.put('acme', acme({ maxRetries: 1 }), actor);
    expect(after).toMatchObject({ maxRetries: 1, cacheVersion: 4, version: 3 });
    expect(stage.entries.at(-1)?.changes).toEqual({ maxRetries: { from: 7, to: 1 } });
  });

  it('that another administrator creates meanwhile is replaced', async () => {
    const stage = fakeStage();
    const other = newTenant('acme', 0, acme({ maxRetries: 7 }));
    stage.meanwhile = () => stage.tenantRows.set('acme', other);
    expect(await stage.administration.tenants.put('acme', acme({ maxRetries: 1 }), actor)).toMatchObject({
      maxRetries: 1,
    });
    expect(stage.entries.at(-1)).toMatchObject({
      action: 'tenant.replaced',
      changes: { maxRetries: { from: 7, to: 1 } },
    });
  });

  it('that never stops changing is refused with when to come back', async () => {
    const stage = fakeStage();
    const before = await stage.administration.tenants.put('acme', acme(), actor);
    let version = 1;
    const interfere = () => {
      stage.tenantRows.set('acme', { ...before, version: (version += 1) });
      stage.meanwhile = interfere;
    };
    stage.meanwhile = interfere;
    const refused = stage.administration.tenants.put('acme', acme({ maxRetries: 1 }), actor);
    await expect(refused).rejects.toMatchObject({ code: 'store-unavailable', retryAfterMs: 1_000 });
  });
});

it('neither a key nor its hash is in the audit', async () => {
  const { administration, entries } = fakeStage();
  await administration.tenants.put('acme', acme(), actor);
  const { key, stored } = await administration.keys.create('acme', keySettingsOf({ name: 'ci' }), actor);
  await administration.keys.revoke('acme', stored.keyId, actor);
  expect(entries).toHaveLength(3);
  expect(JSON.stringify(entries)).not.toContain(key);
  expect(JSON.stringify(entries)).not.toContain(stored.hash);
  expect(entries[1]).toMatchObject({ target: `acme/${stored.keyId}`, changes: { name: { from: null, to: 'ci' } } });
});
