import { describe, expect, it } from 'vitest';
import { type Item, s } from '../../lib/dynamodb/attributes.ts';
import { tenantItem, tenantOf } from '../../lib/tenants/tenant-item.ts';
import { newTenant } from '../../lib/tenants/types.ts';

const stored = (settings: object): Item => ({
  ...tenantItem(newTenant('acme', 5)),
  settings: s(JSON.stringify(settings)),
});

describe('a stored tenant', () => {
  it('has the defaults of all settings that were not there when it was written', () => {
    expect(tenantOf(stored({ status: 'active' }))).toEqual(newTenant('acme', 5));
    const known = { name: 'Acme', status: 'active', dailyBudgetUsd: '5' } as const;
    expect(tenantOf(stored(known))).toEqual(newTenant('acme', 5, known));
  });

  it('loses a setting that is no longer known, and keeps what no setting may change', () => {
    const read = tenantOf(
      stored({ status: 'active', retired: true, tenantId: 'mallory', version: 9, cacheVersion: 9 }),
    );
    expect(read).toEqual(newTenant('acme', 5));
  });

  it.each(['suspended', 'Active', 'closed', '', 1, null, undefined])('with the status %j is suspended', (status) => {
    expect(tenantOf(stored({ status })).status).toBe('suspended');
  });

  it('keeps a limit of nothing apart from no limit', () => {
    const settings = { status: 'active', requestsPerMinute: 0, dailyBudgetUsd: '0', allowedTools: [] } as const;
    expect(tenantOf(stored(settings))).toMatchObject(settings);
    expect(tenantOf(stored({ status: 'active', requestsPerMinute: null }))).toMatchObject({ requestsPerMinute: null });
  });
});
