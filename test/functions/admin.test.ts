import { describe, expect, it } from 'vitest';
import { tenantSecrets } from '../../lib/webhooks/tenant-secrets.ts';
import { adminOnFakes, NOON } from './admin-parts.ts';

const NOBODY = { isolatedBy: null, reason: null, since: null };

describe('circuits', () => {
  it('are those of all models and tools, by name, with instants as text', async () => {
    const { ask, stage } = adminOnFakes();
    const open = { name: 'anthropic/claude-opus-5-5', state: 'open', failures: 5, retryAfterMs: 60_000 } as const;
    stage.circuits.set(open.name, { ...open, openedAt: stage.clock.now() });
    stage.circuits.set('tool/x', { ...open, name: 'tool/x', state: 'closed', openedAt: null, retryAfterMs: null });
    expect((await ask('GET /admin/circuits')).body).toEqual({
      circuits: [
        { ...open, openedAt: NOON, ...NOBODY },
        { name: 'tool/open-meteo', state: 'closed', failures: 0, openedAt: null, retryAfterMs: null, ...NOBODY },
        { name: 'tool/x', state: 'closed', failures: 5, openedAt: null, retryAfterMs: null, ...NOBODY },
      ],
    });
  });

  it.each(['anthropic/claude-opus-5-5', 'anthropic%2Fclaude-opus-5-5', 'anthropic%2fclaude-opus-5-5'])(
    'are set by a name with its slash however it is sent: %s',
    async (path) => {
      const { ask, stage } = adminOnFakes();
      const { status, body } = await ask(`PUT /admin/circuits/${path}`, { state: 'isolated' });
      expect([status, body]).toMatchObject([
        200,
        { name: 'anthropic/claude-opus-5-5', state: 'isolated', openedAt: NOON },
      ]);
      expect(stage.entries.at(-1)).toMatchObject({
        action: 'circuit.set',
        target: 'anthropic/claude-opus-5-5',
        actor: { keyId: 'key_good' },
        changes: { state: { from: 'closed', to: 'isolated' } },
      });
    },
  );

  it('say who isolated them, why and since when, as the audit does', async () => {
    const { ask, stage } = adminOnFakes();
    const reason = 'Their maintenance, until 14:00.';
    const said = { isolatedBy: 'key_good', reason, since: NOON };
    expect((await ask('PUT /admin/circuits/tool/open-meteo', { state: 'isolated', reason })).body).toMatchObject(said);
    const { circuits } = (await ask('GET /admin/circuits')).body as { circuits: { name: string }[] };
    expect(circuits.find(({ name }) => name === 'tool/open-meteo')).toMatchObject(said);
    expect(stage.entries.at(-1)?.changes['reason']).toEqual({ from: null, to: reason });
    const closed = await ask('PUT /admin/circuits/tool/open-meteo', { state: 'closed', reason: 'It is over.' });
    expect(closed.body).toMatchObject(NOBODY);
    expect(stage.entries.at(-1)?.changes['reason']).toEqual({ from: reason, to: 'It is over.' });
  });

  it.each(['', 'x'.repeat(201), 'a\nb', '\ud800'])('take no reason like %j', async (reason) => {
    const { ask, stage } = adminOnFakes();
    const { status, body } = await ask('PUT /admin/circuits/tool/open-meteo', { state: 'isolated', reason });
    expect([status, body['errors']]).toMatchObject([400, [{ path: 'reason' }]]);
    expect(stage.calls).toEqual([]);
  });

  it('are set by a name whose slash the gateway left encoded', async () => {
    const { ask } = adminOnFakes();
    const over = { pathParameters: { name: 'tool%2Fopen-meteo' } };
    expect((await ask('PUT /admin/circuits/x', { state: 'closed' }, over)).body).toMatchObject({
      name: 'tool/open-meteo',
    });
  });

  it('of a model or a tool that is gone can still be closed', async () => {
    const { ask, stage } = adminOnFakes();
    const left = { name: 'tool/gone', state: 'isolated', failures: 0, openedAt: 1, retryAfterMs: null } as const;
    stage.circuits.set(left.name, left);
    expect((await ask('PUT /admin/circuits/tool/gone', { state: 'closed' })).status).toBe(200);
  });

  it.each(['x', 'other/y', 'tool/', 'tool/none', 'anthropic/claude-opus-5-5-20260101', 'anthropic/none'])(
    'of no model and no tool are not there: %s',
    async (name) => {
      const { ask, stage } = adminOnFakes();
      expect((await ask(`PUT /admin/circuits/${name}`, { state: 'closed' })).status).toBe(404);
      expect(stage.calls).toEqual([]);
    },
  );

  it.each([[{ state: 'open' }], [{ state: 'half-open' }], [{}], [{ state: 'closed', failures: 0 }]])(
    'are not set to %j',
    async (body) => {
      const { ask, stage } = adminOnFakes();
      expect((await ask('PUT /admin/circuits/tool/x', body)).status).toBe(400);
      expect(stage.calls).toEqual([]);
    },
  );
});

describe('the cache of a tenant', () => {
  it('is invalidated by raising its version', async () => {
    const { ask, stage } = adminOnFakes();
    await ask('PUT /admin/tenants/acme', {});
    const { status, body } = await ask('POST /admin/tenants/acme/cache/invalidate');
    expect([status, body]).toEqual([202, { tenantId: 'acme' }]);
    expect(stage.tenantRows.get('acme')?.cacheVersion).toBe(1);
  });
});

describe('the webhook secret of a tenant', () => {
  const key = (name: string) => `whsec_${Buffer.alloc(32, name).toString('base64')}`;

  it('is its own, is kept by nobody on the way, and who has seen it is audited', async () => {
    const { ask, stage } = adminOnFakes();
    for (const tenant of ['acme', 'beta']) await ask(`PUT /admin/tenants/${tenant}`, {});
    const { status, headers, body, text } = await ask('GET /admin/tenants/acme/webhook-secret');
    expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
    expect(body).toEqual({
      tenantId: 'acme',
      secret: tenantSecrets([stage.signing.secret], 'acme')[0],
      previousSecret: null,
    });
    expect((await ask('GET /admin/tenants/beta/webhook-secret')).body['secret']).not.toBe(body['secret']);
    expect(text).not.toContain(stage.signing.secret);
    expect(stage.entries.slice(2)).toMatchObject([
      { action: 'webhook-secret.shown', target: 'acme', actor: { keyId: 'key_good' }, changes: {} },
      { action: 'webhook-secret.shown', target: 'beta' },
    ]);
  });

  it('comes with the one before while the stage’s is being rotated', async () => {
    const { ask, stage } = adminOnFakes();
    await ask('PUT /admin/tenants/acme', {});
    const before = (await ask('GET /admin/tenants/acme/webhook-secret')).body['secret'];
    stage.signing.secret = JSON.stringify({ current: key('new'), previous: stage.signing.secret });
    const { body } = await ask('GET /admin/tenants/acme/webhook-secret');
    expect(body['previousSecret']).toBe(before);
    expect(body['secret']).toBe(tenantSecrets([key('new')], 'acme')[0]);
  });

  it('is not there, asked of nobody and audited for nobody, where the stage sends no webhooks', async () => {
    const { ask, stage } = adminOnFakes();
    await ask('PUT /admin/tenants/acme', {});
    stage.webhookHosts.length = 0;
    const { status, body } = await ask('GET /admin/tenants/acme/webhook-secret');
    expect([status, body['code']]).toEqual([404, 'not-found']);
    expect(body['detail']).toContain('WEBHOOK_HOSTS');
    expect(stage.calls.filter((call) => call === 'secret.read')).toEqual([]);
    expect(stage.entries).toHaveLength(1);
  });

  it('is not there, and audited for nobody, where the stage has none', async () => {
    const { ask, stage } = adminOnFakes();
    await ask('PUT /admin/tenants/acme', {});
    stage.signing.secret = '';
    const { status, body } = await ask('GET /admin/tenants/acme/webhook-secret');
    expect([status, body['code']]).toEqual([503, 'store-unavailable']);
    expect(body['detail']).toContain('has no value yet');
    expect(stage.entries).toHaveLength(1);
  });
});

describe('the audit', () => {
  it('tells newest first who changed what, page by page', async () => {
    const { ask } = adminOnFakes();
    for (const maxRetries of [1, 2, 3]) await ask('PUT /admin/tenants/acme', { maxRetries });
    const first = await ask('GET /admin/audit?limit=2');
    expect(first.body['entries']).toMatchObject([
      { action: 'tenant.replaced', at: NOON, changes: { maxRetries: { from: 2, to: 3 } } },
      { action: 'tenant.replaced', changes: { maxRetries: { from: 1, to: 2 } } },
    ]);
    const rest = await ask(`GET /admin/audit?limit=2&cursor=${String(first.body['nextCursor'])}`);
    expect(rest.body).toMatchObject({
      entries: [{ action: 'tenant.created', target: 'acme', actor: { tenantId: 'admin', keyId: 'key_good' } }],
      nextCursor: null,
    });
  });

  it.each(['limit=101', 'limit=0', 'tenant=acme'])('is not told for ?%s', async (query) => {
    expect((await adminOnFakes().ask(`GET /admin/audit?${query}`)).status).toBe(400);
  });
});

describe('rests', () => {
  const NAME = 'anthropic/claude-opus-5-5/fast/0123456789abcdef';

  it('are listed with the model and the kind of request, and an instant as text', async () => {
    const { ask, stage } = adminOnFakes();
    stage.rests.set(NAME, stage.clock.now());
    expect((await ask('GET /admin/rests')).body).toEqual({
      rests: [{ name: NAME, model: 'claude-opus-5-5', kind: 'fast', until: NOON }],
    });
  });

  it.each([NAME, NAME.replaceAll('/', '%2F'), NAME.replaceAll('/', '%2f')])(
    'are ended by a name with its slashes however they are sent, and the audit says by whom: %s',
    async (path) => {
      const { ask, stage } = adminOnFakes();
      stage.rests.set(NAME, stage.clock.now());
      expect((await ask(`DELETE /admin/rests/${path}`)).status).toBe(204);
      expect(stage.rests.size).toBe(0);
      expect(stage.entries.at(-1)).toMatchObject({
        action: 'rest.ended',
        target: NAME,
        actor: { keyId: 'key_good' },
        changes: { until: { from: NOON, to: null } },
      });
    },
  );

  it('that are not there are 404, and no entry says otherwise', async () => {
    const { ask, stage } = adminOnFakes();
    expect((await ask(`DELETE /admin/rests/${NAME}`)).status).toBe(404);
    expect(stage.entries).toEqual([]);
  });
});

const LINES: readonly [string, unknown][] = [
  ['GET /admin/tenants', undefined],
  ['PUT /admin/tenants/acme', {}],
  ['GET /admin/tenants/acme', undefined],
  ['POST /admin/tenants/acme/keys', { name: 'k' }],
  ['GET /admin/tenants/acme/keys', undefined],
  ['DELETE /admin/tenants/acme/keys/key_1', undefined],
  ['GET /admin/tenants/acme/webhook-secret', undefined],
  ['POST /admin/tenants/acme/cache/invalidate', undefined],
  ['GET /admin/circuits', undefined],
  ['PUT /admin/circuits/tool/x', { state: 'closed' }],
  ['GET /admin/rests', undefined],
  ['DELETE /admin/rests/anthropic/claude-opus-5-5/fast/k1', undefined],
  ['GET /admin/audit', undefined],
];

describe('every route', () => {
  it.each(LINES)('is closed to a key without the scope, to an unknown one and to none: %s', async (line, body) => {
    const { ask, stage } = adminOnFakes();
    const as = async (key: string) => (await ask(line, body, { headers: { 'x-api-key': key } })).status;
    expect([await as('weak'), await as('unknown'), await as('')]).toEqual([403, 401, 401]);
    expect(stage.calls).toEqual([]);
  });

  it.each(LINES.filter(([line]) => line.includes('/acme') && !line.startsWith('PUT')))(
    'knows no tenant that is not there: %s',
    async (line, body) => {
      expect((await adminOnFakes().ask(line, body)).status).toBe(404);
    },
  );

  it.each([
    ['PATCH /admin/tenants', 'GET'],
    ['DELETE /admin/tenants/acme', 'GET, PUT, PATCH'],
    ['PUT /admin/tenants/acme/keys', 'GET, POST'],
    ['GET /admin/tenants/acme/keys/key_1', 'DELETE'],
    ['POST /admin/tenants/acme/webhook-secret', 'GET'],
    ['GET /admin/tenants/acme/cache/invalidate', 'POST'],
    ['POST /admin/circuits', 'GET'],
    ['GET /admin/circuits/tool/x', 'PUT'],
    ['POST /admin/rests', 'GET'],
    ['PUT /admin/rests/a/b/c/d', 'DELETE'],
    ['POST /admin/audit', 'GET'],
  ])('says which methods it takes, even to nobody: %s', async (line, allow) => {
    const { status, headers } = await adminOnFakes().ask(line, undefined, { headers: {} });
    expect([status, headers['allow']]).toEqual([405, allow]);
  });

  it.each(LINES.filter(([, body]) => body !== undefined))('refuses a body that is none: %s', async (line) => {
    const { ask, stage } = adminOnFakes();
    const status = async (over: object) => (await ask(line, undefined, over)).status;
    for (const body of [null, '', '{', '[]', '"x"', 'null']) expect(await status({ body })).toBe(400);
    const headers = { 'x-api-key': 'good', 'content-type': 'text/plain' };
    expect(await status({ body: '{}', headers })).toBe(415);
    expect(stage.calls).toEqual([]);
  });

  it('looks at the credential before the body', async () => {
    const { ask } = adminOnFakes();
    expect((await ask('PUT /admin/tenants/acme', undefined, { body: '{', headers: {} })).status).toBe(401);
  });
});
