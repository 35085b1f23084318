import { expect, it } from 'vitest';
import type { HealthReport, KeyView, TenantView } from '../../pages/api/types.ts';
import { checklist, type Facts } from '../../pages/console/set-up/checklist.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const fine = { status: 'healthy', checkedAt: '2026-11-20T12:00:00.000Z' } as const;

const health = (checks: HealthReport['checks'] = {}): HealthReport => ({
  status: 'healthy',
  version: '1.0.0',
  checks: { secrets: fine, claude: fine, prices: fine, models: fine, ...checks },
});
const tenant = (tenantId: string, over: Partial<TenantView> = {}) =>
  ({ tenantId, status: 'active', dailyBudgetUsd: '5', monthlyBudgetUsd: null, ...over }) as TenantView;
const key = (over: Partial<KeyView> = {}) =>
  ({ keyId: 'key_1', tenantId: 'admin', name: 'ada', expiresAt: null, ...over }) as KeyView;

/** A stage with all that it needs. */
const READY: Facts = {
  claude: 'real',
  stage: 'dev',
  health: health(),
  alarms: { targets: ['slack'], alarms: [] },
  tenants: [tenant('acme')],
  keys: [key()],
  keyId: 'key_1',
  now: NOW,
};

const PROVIDER = 'A key of the provider';
const OTHERS = 'The other secrets have values';
const NOTIFIED = 'Somebody is notified of alarms';
const BUDGET = 'Each tenant has a budget';
const KEY = 'A key of your own';

/** As the check of the health report says it. */
const EMPTY = 'tools/weather has no value: npm run secret -- put tools/weather --stage dev';

it('has nothing left to do of a stage that has all that it needs', () => {
  expect(checklist(READY).map(({ state }) => state)).toEqual(Array(7).fill('done'));
});

it('knows nothing where nobody answers, and says no line is done', () => {
  const nobody = { ...READY, health: null, alarms: null, tenants: null, keys: null };
  expect(new Set(checklist(nobody).map(({ state }) => state))).toEqual(new Set(['unknown']));
});

it.each<[string, Partial<Facts>, string, string, RegExp, RegExp?]>([
  [
    'Claude is simulated',
    { claude: 'simulated', stage: null },
    PROVIDER,
    'note',
    /simulated/,
    /put anthropic --local$/,
  ],
  [
    'the secret is empty',
    { health: health({ secrets: { ...fine, status: 'unhealthy' } }) },
    PROVIDER,
    'open',
    /no key/,
    /put anthropic --stage dev/,
  ],
  [
    'the secret of a tool is empty: it says nothing of the provider’s key',
    { health: health({ secrets: { ...fine, status: 'degraded', detail: EMPTY } }) },
    PROVIDER,
    'done',
    /^The key is there/,
  ],
  [
    'the secret of a tool is empty',
    { health: health({ secrets: { ...fine, status: 'degraded', detail: EMPTY } }) },
    OTHERS,
    'open',
    /^tools\/weather has no value\.$/,
    /^npm run secret -- put tools\/weather --stage dev$/,
  ],
  [
    'a secret is empty and another is being deleted',
    { health: health({ secrets: { ...fine, status: 'degraded', detail: `${EMPTY}; jwt is being deleted` } }) },
    OTHERS,
    'open',
    /^tools\/weather has no value; jwt is being deleted\.$/,
    /^npm run secret -- put tools\/weather --stage dev$/,
  ],
  [
    'a secret was not looked at',
    { health: health({ secrets: { ...fine, status: 'degraded', detail: 'jwt was not looked at: no answer' } }) },
    OTHERS,
    'open',
    /^jwt was not looked at: no answer\.$/,
  ],
  [
    'the secret of the provider is empty, and that of a tool',
    { health: health({ secrets: { ...fine, status: 'unhealthy', detail: `anthropic has no value; ${EMPTY}` } }) },
    PROVIDER,
    'open',
    /no key/,
    /put anthropic --stage dev/,
  ],
  [
    'the secret of the provider is empty, it does not say that the others have values',
    { health: health({ secrets: { ...fine, status: 'unhealthy' } }) },
    OTHERS,
    'unknown',
    /provider/,
  ],
  [
    'the provider rejects the key',
    { health: health({ claude: { ...fine, status: 'unhealthy', detail: 'rejects the key' } }) },
    PROVIDER,
    'open',
    /^The provider rejects the key\.$/,
    /put anthropic/,
  ],
  [
    'the provider fails for now',
    { health: health({ claude: { ...fine, status: 'degraded', detail: 'does not answer' } }) },
    PROVIDER,
    'note',
    /does not answer/,
  ],
  ['it was not asked yet', { health: health({ claude: undefined }) }, PROVIDER, 'unknown', /not been asked/],
  [
    'nobody is notified',
    { alarms: { targets: [], alarms: [] } },
    NOTIFIED,
    'open',
    /^Nobody/,
    /put alerts --stage dev/,
  ],
  [
    'nobody is notified of a machine of one’s own',
    { stage: null, alarms: { targets: [], alarms: [] } },
    NOTIFIED,
    'note',
    /^Nobody/,
    /BALLAST_SLACK_WEBHOOK_URL/,
  ],
  [
    'the targets cannot be read',
    { alarms: { targets: null, alarms: [] } },
    NOTIFIED,
    'open',
    /cannot be read/,
    /put alerts/,
  ],
  ['there is no tenant', { tenants: [] }, BUDGET, 'open', /no tenant/, /tenants set acme/],
  [
    'four have no budget',
    { tenants: ['a', 'b', 'c', 'd'].map((id) => tenant(id, { dailyBudgetUsd: null })) },
    BUDGET,
    'open',
    /a, b, c and 1 more/,
    /tenants set a dailyBudgetUsd/,
  ],
  [
    'one has no budget where nothing is paid',
    { claude: 'simulated', stage: null, tenants: [tenant('demo', { dailyBudgetUsd: null })] },
    BUDGET,
    'note',
    /Without a budget: demo\. Claude is simulated/,
    /tenants set demo dailyBudgetUsd/,
  ],
  [
    'one has no budget on this machine, where Claude is paid',
    { stage: null, tenants: [tenant('demo', { dailyBudgetUsd: null })] },
    BUDGET,
    'open',
    /Nothing bounds/,
    /tenants set demo dailyBudgetUsd/,
  ],
  [
    'one has a month’s alone',
    { tenants: [tenant('a', { dailyBudgetUsd: null, monthlyBudgetUsd: '9' })] },
    BUDGET,
    'done',
    /Each/,
  ],
  [
    'one without is suspended',
    { tenants: [tenant('acme'), tenant('b', { status: 'suspended', dailyBudgetUsd: null })] },
    BUDGET,
    'done',
    /Each/,
  ],
  [
    'the first key is still used',
    { keys: [key({ name: 'bootstrap', expiresAt: '2026-12-18T12:00:00.000Z' })] },
    KEY,
    'open',
    /first key, which expires on 2026-12-18, in 28 days/,
    /keys make admin --name ada --scopes admin/,
  ],
  [
    'a key ends soon',
    { keys: [key({ expiresAt: '2026-11-30T12:00:00.000Z' })] },
    KEY,
    'open',
    /in 10 days/,
    /keys make/,
  ],
  ['a key ends later', { keys: [key({ expiresAt: '2027-11-30T12:00:00.000Z' })] }, KEY, 'done', /in 375 days/],
  ['a token was presented', { keyId: 'jwt' }, KEY, 'done', /token/],
  [
    'the prices are old',
    { health: health({ prices: { ...fine, status: 'degraded', detail: 'prices are of 2026-01' } }) },
    'The prices are fresh',
    'open',
    /2026-01\.$/,
    /PRICES_AS_OF/,
  ],
  [
    'a model ends',
    { health: health({ models: { ...fine, status: 'degraded', detail: 'm ends on 2026-12-01' } }) },
    'No model in use is about to end',
    'open',
    /m ends/,
    /grep/,
  ],
  [
    'another model ends',
    { health: health({ models: { ...fine, detail: 'm ends on 2026-12-01' } }) },
    'No model in use is about to end',
    'done',
    /m ends/,
  ],
])('if %s, it says so', (_title, over, title, state, says, command) => {
  const line = checklist({ ...READY, ...over }).find((each) => each.title === title);
  expect(line).toMatchObject({ state, says: expect.stringMatching(says) as string });
  if (command === undefined) expect(line?.command).toBeUndefined();
  else expect(line?.command).toMatch(command);
});
