import { describe, expect, it } from 'vitest';
import { SCOPES } from '../../lib/kernel/forms/scopes.ts';
import { adminOnFakes, NOON, refusals } from './admin-parts.ts';

describe('keys', () => {
  const withAcme = async () => {
    const parts = adminOnFakes();
    await parts.ask('PUT /admin/tenants/acme', {});
    return parts;
  };

  it('are told once, and then listed without themselves or their hash', async () => {
    const { ask, stage, lines } = await withAcme();
    const made = await ask('POST /admin/tenants/acme/keys', { name: 'ci', expiresAt: '2027-01-01T00:00:00Z' });
    const { key, ...shown } = made.body;
    expect(made.status).toBe(201);
    expect(shown).toEqual({
      keyId: expect.stringMatching(/^key_/) as string,
      tenantId: 'acme',
      name: 'ci',
      createdAt: NOON,
      scopes: SCOPES.filter((scope) => scope !== 'admin'),
      expiresAt: '2027-01-01T00:00:00.000Z',
      lastUsedAt: null,
      requestsPerMinute: null,
      dailyBudgetUsd: null,
      keyPrefix: String(key).slice(0, 5),
    });
    const listed = await ask('GET /admin/tenants/acme/keys');
    expect(listed.body).toEqual({ keys: [shown] });
    const [hash] = [...stage.keyRows.keys()];
    const audit = await ask('GET /admin/audit');
    for (const secret of [String(key), String(hash)]) {
      for (const { text } of [listed, audit]) expect(text).not.toContain(secret);
      expect(lines.join('')).not.toContain(secret);
    }
  });

  it.each([
    ['name', {}],
    ['scopes.0', { name: 'k', scopes: ['everything'] }],
    ['expiresAt', { name: 'k', expiresAt: '2026-11-20T12:00:00Z' }],
    ['keyId', { name: 'k', keyId: 'mine' }],
  ])('are refused at %s: %j', async (path, body) => {
    const { ask, stage } = await withAcme();
    const asked = await ask('POST /admin/tenants/acme/keys', body);
    expect([asked.status, refusals(asked)]).toEqual([400, [path]]);
    expect(stage.keyRows.size).toBe(0);
  });

  it('are revoked once', async () => {
    const { ask, stage } = await withAcme();
    const { body } = await ask('POST /admin/tenants/acme/keys', { name: 'ci' });
    const path = `/admin/tenants/acme/keys/${String(body['keyId'])}`;
    const revoked = await ask(`DELETE ${path}`);
    expect([revoked.status, revoked.text]).toEqual([204, '']);
    expect(stage.keyRows.size).toBe(0);
    expect((await ask(`DELETE ${path}`)).status).toBe(404);
    expect((await ask('GET /admin/tenants/acme/keys')).body).toEqual({ keys: [] });
  });

  it('of another tenant are not there', async () => {
    const { ask, stage } = await withAcme();
    await ask('PUT /admin/tenants/beta', {});
    const { body } = await ask('POST /admin/tenants/acme/keys', { name: 'ci' });
    expect((await ask(`DELETE /admin/tenants/beta/keys/${String(body['keyId'])}`)).status).toBe(404);
    expect((await ask('GET /admin/tenants/beta/keys')).body).toEqual({ keys: [] });
    expect(stage.keyRows.size).toBe(1);
  });
});
