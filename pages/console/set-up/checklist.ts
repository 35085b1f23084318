import type { Alarms, HealthReport, KeyView, TenantView } from '../../api/types.ts';

/** What is known of a stage; `null`: it could not be asked. */
export interface Facts {
  readonly claude: 'real' | 'simulated';
  /** `null`: it runs on this machine. */
  readonly stage: string | null;
  readonly health: HealthReport | null;
  readonly alarms: Omit<Alarms, 'on'> | null;
  readonly tenants: readonly TenantView[] | null;
  /** The keys of the tenant of whoever asks. */
  readonly keys: readonly KeyView[] | null;
  readonly keyId: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** A line of the list. `open`: something is to be done, by this command; `note`: it may stay as it is. */
export interface Line {
  readonly title: string;
  readonly state: 'done' | 'open' | 'note' | 'unknown';
  readonly says: string;
  readonly command?: string;
}

type Decision = Omit<Line, 'title'>;

const DAY_MS = 86_400_000;
/** A key that ends within this time should have a successor. */
const SOON_MS = 14 * DAY_MS;
const NAMED = 3;

const UNKNOWN: Decision = { state: 'unknown', says: 'This could not be asked.' };
const done = (says: string): Decision => ({ state: 'done', says });

/** What makes somebody be notified of alarms. */
export const targetCommand = (stage: string | null): string =>
  stage === null
    ? `echo 'BALLAST_SLACK_WEBHOOK_URL=<its address>' >> .env`
    : `npm run secret -- put alerts --stage ${stage} < alerts.json`;

const providerKey = ({ claude, stage, health }: Facts): Decision => {
  const command =
    stage === null
      ? 'npm run secret -- put anthropic --local'
      : `npm run secret -- put anthropic --stage ${stage} < key.txt`;
  if (claude === 'simulated')
    return {
      state: 'note',
      says: 'Claude is simulated: answers cost nothing. With a key they are real, and paid.',
      command,
    };
  const { secrets, claude: api } = health?.checks ?? {};
  if (secrets === undefined) return UNKNOWN;
  // It is of every secret: `degraded` is of others, without which the provider can be asked.
  if (secrets.status === 'unhealthy')
    return { state: 'open', says: 'The secret with the key of the provider cannot be read, or has no key.', command };
  if (api?.status === 'unhealthy')
    return { state: 'open', says: `The provider ${api.detail ?? 'cannot be asked'}.`, command };
  if (api === undefined) return { state: 'unknown', says: 'The key is there; the provider has not been asked yet.' };
  return api.status === 'healthy'
    ? done('The key is there, and the provider accepts it.')
    : { state: 'note', says: `The key is there; the provider ${api.detail ?? 'fails now'}.` };
};

/** What puts a value, as the check of secrets says it of each that has none. */
const PUT = /: (npm run secret -- put [^;]+)/g;

const otherSecrets = ({ health }: Facts): Decision => {
  const { status, detail = '' } = health?.checks['secrets'] ?? {};
  if (status === undefined) return UNKNOWN;
  if (status === 'healthy') return done('Each secret that the stage uses has a value.');
  if (status === 'unhealthy') return { state: 'unknown', says: 'That of the provider’s key comes first.' };
  const [command] = Array.from(detail.matchAll(PUT), ([, put]) => put);
  return { state: 'open', says: `${detail.replace(PUT, '')}.`, ...(command !== undefined && { command }) };
};

const alarmTarget = ({ alarms, stage }: Facts): Decision => {
  const command = targetCommand(stage);
  if (alarms === null) return UNKNOWN;
  if (alarms.targets === null)
    return { state: 'open', says: 'The secret that names the targets cannot be read.', command };
  // SNS takes a message for an address that nobody has confirmed too.
  if (alarms.targets.join() === 'mail')
    return {
      state: 'note',
      says: 'Mail alone is notified of alarms, if the link in its first mail was followed.',
      command,
    };
  if (alarms.targets.length > 0) return done(`Notified of alarms: ${alarms.targets.join(', ')}.`);
  return { state: stage === null ? 'note' : 'open', says: 'Nobody is notified of alarms.', command };
};

const budgets = ({ tenants, claude, stage }: Facts): Decision => {
  if (tenants === null) return UNKNOWN;
  const active = tenants.filter(({ status }) => status === 'active');
  const without = active.filter(
    ({ dailyBudgetUsd, monthlyBudgetUsd }) => dailyBudgetUsd === null && monthlyBudgetUsd === null,
  );
  const [first] = without;
  if (active.length === 0)
    return { state: 'open', says: 'There is no tenant.', command: 'npx ballast tenants set acme dailyBudgetUsd=10' };
  if (first === undefined) return done('Each active tenant has a budget.');
  const names = without.slice(0, NAMED).map(({ tenantId }) => tenantId);
  const more = without.length > NAMED ? ` and ${without.length - NAMED} more` : '';
  // A fresh start on one's own machine is not unfinished.
  const isFree = stage === null && claude === 'simulated';
  const means = isFree ? 'Claude is simulated, so they spend nothing here.' : 'Nothing bounds what they spend.';
  return {
    state: isFree ? 'note' : 'open',
    says: `Without a budget: ${names.join(', ')}${more}. ${means}`,
    command: `npx ballast tenants set ${first.tenantId} dailyBudgetUsd=10`,
  };
};

const adminKey = ({ keys, keyId, now }: Facts): Decision => {
  const own = keys?.find((key) => key.keyId === keyId);
  if (own === undefined) return keys === null ? UNKNOWN : done('You signed in with a token, which ends by itself.');
  const command = `npx ballast keys make ${own.tenantId} --name ada --scopes admin`;
  const isFirst = own.name === 'bootstrap';
  if (own.expiresAt === null) return done('Your key does not expire. Revoke it when nobody needs it.');
  const days = Math.floor((Date.parse(own.expiresAt) - now) / DAY_MS);
  const says = `${isFirst ? 'You use the first key, which' : 'Your key'} expires on ${own.expiresAt.slice(0, 10)}, in ${days} days.`;
  if (isFirst) return { state: 'open', says: `${says} Make one with a name and an owner.`, command };
  return days * DAY_MS < SOON_MS ? { state: 'open', says, command } : done(says);
};

/** A check of `/health` by name, in its own words. */
const checked =
  (name: string, fine: string, command: string) =>
  ({ health }: Facts): Decision => {
    const check = health?.checks[name];
    if (check === undefined) return UNKNOWN;
    if (check.status !== 'healthy') return { state: 'open', says: `${check.detail ?? check.status}.`, command };
    return done(check.detail === undefined ? fine : `${check.detail}.`);
  };

const LINES: Readonly<Record<string, (facts: Facts) => Decision>> = {
  'A key of the provider': providerKey,
  'The other secrets have values': otherSecrets,
  'Somebody is notified of alarms': alarmTarget,
  'Each tenant has a budget': budgets,
  'A key of your own': adminKey,
  'The prices are fresh': checked('prices', 'The price table is fresh.', 'grep -n PRICES_AS_OF lib/pricing/prices.ts'),
  'No model in use is about to end': checked('models', 'No model ends within 30 days.', "grep -rn 'claude-' agents/"),
};

/** What a stage needs before people rely on it, each with the command that mends it. */
export const checklist = (facts: Facts): readonly Line[] =>
  Object.entries(LINES).map(([title, decide]) => ({ title, ...decide(facts) }));
