import type { Stage } from '../stage.ts';

export interface Tenant {
  readonly tenantId: string;
  readonly key: string;
}

const BUDGETS = { dailyBudgetUsd: '5', monthlyBudgetUsd: '50', userDailyBudgetUsd: '5' };
const LIMITS = {
  requestsPerMinute: 1_000,
  tokensPerMinute: 1_000_000,
  userRequestsPerMinute: 1_000,
  maxConcurrentRuns: 5,
};

/** A tenant with limits of every kind, or those given, and a key for all that tenants do. */
export const addTenant = async (stage: Stage, tenantId: string, over: object = {}): Promise<Tenant> => {
  const { ask, adminKey } = stage;
  await ask(adminKey, `PUT /admin/tenants/${tenantId}`, { ...LIMITS, ...BUDGETS, ...over });
  const made = await ask(adminKey, `POST /admin/tenants/${tenantId}/keys`, {
    name: 'test',
    scopes: ['runs:write', 'runs:read', 'runs:approve', 'usage:read', 'messages:write'],
  });
  return { tenantId, key: String(made.body['key']) };
};

/** Whatever an administrator does. */
export const administer = async (stage: Stage): Promise<void> => {
  const { ask, adminKey } = stage;
  await addTenant(stage, 'managed');
  for (const target of ['tenants', 'tenants/managed', 'tenants/managed/keys', 'circuits', 'rests', 'alarms', 'audit'])
    await ask(adminKey, `GET /admin/${target}`);
  await ask(adminKey, 'PATCH /admin/tenants/managed', { requestsPerMinute: 7 });
  const { body } = await ask(adminKey, 'POST /admin/tenants/managed/keys', { name: 'second' });
  await ask(adminKey, `DELETE /admin/tenants/managed/keys/${String(body['keyId'])}`);
  await ask(adminKey, `GET /admin/tenants/managed/webhook-secret ${stage.takesWebhooks ? '2' : '404'}`);
  await ask(adminKey, 'POST /admin/alarms/test');
  await ask(adminKey, 'POST /admin/tenants/managed/cache/invalidate', {});
  await ask(adminKey, 'PUT /admin/circuits/anthropic/claude-opus-5-5', { state: 'isolated' });
  await ask(adminKey, 'PUT /admin/circuits/anthropic/claude-opus-5-5', { state: 'closed' });
};

/** Lets keys be asked again that rest after a limit. */
export const endRests = async ({ ask, adminKey }: Stage): Promise<void> => {
  const { rests = [] } = (await ask(adminKey, 'GET /admin/rests')).body as { rests?: { name: string }[] };
  for (const { name } of rests) await ask(adminKey, `DELETE /admin/rests/${name} *`);
};
