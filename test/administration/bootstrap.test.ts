import { expect, it } from 'vitest';
import type { KeyAdministration } from '../../lib/administration/administer-keys.ts';
import { bootstrap } from '../../lib/administration/bootstrap.ts';
import { SCOPES } from '../../lib/kernel/forms/scopes.ts';
import { settingsOf } from '../../lib/tenants/settings-schema.ts';
import type { ApiKey } from '../../lib/tenants/types.ts';
import { fakeStage } from '../tenants/directories.ts';

const optionsOn = ({ administration: { tenants, keys }, tenantRows, clock }: ReturnType<typeof fakeStage>) => ({
  tenants,
  keys,
  now: clock.now(),
  directory: { find: async (tenantId: string) => tenantRows.get(tenantId) ?? null },
});
const other: ApiKey = {
  hash: 'f'.repeat(64),
  keyId: 'key_other',
  tenantId: 'admin',
  name: 'other',
  scopes: SCOPES,
  createdAt: 0,
  expiresAt: null,
  requestsPerMinute: null,
  dailyBudgetUsd: null,
};

it('a bootstrap that was killed after the tenant goes on with the key', async () => {
  const stage = fakeStage();
  const settings = settingsOf({ name: 'Operators', status: 'suspended' }, 'admin');
  await stage.administration.tenants.put('admin', settings, { tenantId: 'admin', keyId: 'x' });
  expect(await bootstrap(optionsOn(stage))).toMatchObject({ kind: 'created' });
  expect(stage.tenantRows.get('admin')).toMatchObject(settings);
});

it('the key expires after 30 days, and then another one can be made', async () => {
  const stage = fakeStage();
  const options = optionsOn(stage);
  const month = 30 * 86_400_000;
  expect(await bootstrap(options)).toMatchObject({ kind: 'created', expiresAt: options.now + month });
  expect((await bootstrap({ ...options, now: options.now + month - 1 })).kind).toBe('done-before');
  expect((await bootstrap({ ...options, now: options.now + month })).kind).toBe('created');
});

it.each([
  ['can administer for ever', {}, 'done-before'],
  ['has expired', { expiresAt: 1 }, 'created'],
  ['may not administer', { scopes: SCOPES.filter((scope) => scope !== 'admin') }, 'created'],
])('where there is a key that %s: %j', async (_title, change, kind) => {
  const stage = fakeStage();
  await stage.administration.tenants.put('admin', settingsOf({}, 'admin'), { tenantId: 'admin', keyId: 'x' });
  stage.keyRows.set(other.hash, { ...other, ...change });
  expect((await bootstrap(optionsOn(stage))).kind).toBe(kind);
});

it('a bootstrap that meets another takes its own key back', async () => {
  const stage = fakeStage();
  const options = optionsOn(stage);
  const create: KeyAdministration['create'] = (...words) => {
    stage.keyRows.set(other.hash, other);
    return options.keys.create(...words);
  };
  expect(await bootstrap({ ...options, keys: { ...options.keys, create } })).toEqual({ kind: 'contended' });
  expect([...stage.keyRows.values()]).toEqual([other]);
});
