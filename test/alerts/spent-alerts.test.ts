import { beforeEach, describe, expect, it } from 'vitest';
import { budgetAlert, createBudgetAlerts } from '../../lib/alerts/budget-alerts.ts';
import { createSpentAlerts, spentAlert, type SpentPart } from '../../lib/alerts/spent-alerts.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';

const SLACK = 'https://hooks.slack.com/services/x';
const WEBHOOK = 'https://example.com/hook';

/** What each of them got, and what the webhook answers. */
let slack: string[];
let webhook: string[];
let webhookStatus: number;
let clock: FakeClock;
let events: BallastEvent[];
let tenants = 0;

beforeEach(() => {
  [slack, webhook, webhookStatus] = [[], [], 200];
  clock = createFakeClock();
  events = [];
  tenants += 1;
});

/** Without a network, whose time would be no part of the clock's. */
const post = async (url: unknown, init?: RequestInit): Promise<Response> => {
  const isSlack = String(url) === SLACK;
  (isSlack ? slack : webhook).push(init?.body as string);
  return new Response(null, { status: isSlack ? 200 : webhookStatus });
};

const user = (subject: string): SpentPart => ({
  tenantId: `spent-${tenants}`,
  scope: 'user',
  subject,
  period: '2026-11-20',
  limitUsd: '10',
  spentUsd: '9.9',
});

/** Moves the pauses between tries on while targets are told. */
const ended = async <T>(work: Promise<T>): Promise<T> => {
  let isOver = false;
  const over = work.finally(() => (isOver = true));
  while (!isOver) await clock.advance(100);
  return over;
};

describe('the alert of budgets that refuse calls', () => {
  it('is the one of 100 % where there is one budget', () => {
    expect(spentAlert([user('a')])).toEqual(budgetAlert({ ...user('a'), percent: 100, isRefused: true }));
  });

  it('names twenty of them, and says how many more there are', () => {
    const [first, ...others] = Array.from({ length: 5_000 }, (_, at) => user(`u${at}`)) as [SpentPart];
    const { text, fields, mail } = spentAlert([first, ...others]);
    const who = `5000 users of spent-${tenants}`;
    expect(text).toMatch(
      new RegExp(`^:moneybag: \\*${who}\\* have calls refused, because their budgets for 2026-11-20 are spent: u0, `),
    );
    expect(text).toMatch(/, u19 and 4980 more\.$/);
    expect(mail?.subject).toBe(`100 % of the budgets of ${who} for 2026-11-20`);
    expect(fields).toMatchObject({ type: 'budgets.spent', scope: 'user', percent: 100, count: 5_000 });
    expect(fields['users']).toHaveLength(20);
    const inProd = spentAlert([first, ...others], 'prod');
    expect(inProd.fields).toMatchObject({ stage: 'prod', severity: 'ticket' });
    expect(inProd.text).toContain(
      `\`npx ballast usage --admin --tenant spent-${tenants} --group-by user --stage prod\``,
    );
    const keys = spentAlert([
      { ...first, scope: 'key' },
      { ...first, scope: 'key', subject: 'k' },
    ]);
    expect(keys.fields['keyIds']).toEqual(['u0', 'k']);
    expect(keys.id).not.toBe(spentAlert([first, user('k')]).id);
  });
});

describe('the alert of budgets of which a part is spent', () => {
  const half = (subject: string): SpentPart => ({ ...user(subject), percent: 50, spentUsd: '5.1' });

  it('is the one of its part where there is one budget', () => {
    expect(spentAlert([half('a')])).toEqual(budgetAlert({ ...half('a'), percent: 50 }));
  });

  it('names twenty of ten thousand, in one message of another kind', () => {
    const [first, ...others] = Array.from({ length: 10_000 }, (_, at) => half(`u${at}`)) as [SpentPart];
    const { text, fields, mail, id } = spentAlert([first, ...others]);
    const who = `10000 users of spent-${tenants}`;
    expect(text).toMatch(new RegExp(`^:moneybag: \\*${who}\\* have spent 50 % of their budgets for 2026-11-20: u0, `));
    expect(text).toMatch(/, u19 and 9980 more\.$/);
    expect(mail?.subject).toBe(`50 % of the budgets of ${who} for 2026-11-20`);
    expect(fields).toMatchObject({ type: 'budgets.threshold', scope: 'user', percent: 50, count: 10_000 });
    expect(id).not.toBe(spentAlert([user('u0'), ...[...others].map(({ subject }) => user(subject ?? ''))]).id);
  });
});

describe('the alert of a call that is larger than what is left', () => {
  const early = (subject: string, percent = 62): SpentPart => ({
    ...user(subject),
    percent,
    spentUsd: '6.2',
    refused: { askedUsd: '4.1', reservedUsd: '0.5' },
  });

  it('says what was asked, spent and reserved, and not that the budget is spent', () => {
    const { text, fields, mail, id, state } = spentAlert([early('a')], 'prod');
    const who = `user a of spent-${tenants}`;
    expect(text.split('\n')[0]).toBe(
      `:moneybag: *${who}* has a call refused that asked for $4.1, more than is left: $6.2 of its budget of $10 for 2026-11-20 are spent (62 %), and $0.5 reserved.`,
    );
    expect(text).toContain(
      'calls that ask for more than is left are refused with 402 until 2026-11-21T00:00:00Z, or until the budget is raised; smaller ones are not.',
    );
    expect(mail?.subject).toBe(`A call is refused by the budget of ${who} for 2026-11-20`);
    expect(JSON.stringify([text, mail, fields])).not.toContain('100');
    const amounts = { percent: 62, limitUsd: '10', spentUsd: '6.2', askedUsd: '4.1', reservedUsd: '0.5' };
    expect(fields).toMatchObject({ type: 'budget.refused', severity: 'ticket', scope: 'user', user: 'a', ...amounts });
    expect(state).toBe('refused');
    // Once, whatever is spent by then; apart from each part, and from 100 %.
    expect(spentAlert([early('a', 80)]).id).toBe(id);
    for (const percent of [50, 62, 100]) expect(spentAlert([{ ...user('a'), percent }]).id).not.toBe(id);
  });

  it('of several is one message, which names no part', () => {
    const { text, fields, mail } = spentAlert([early('a'), early('b', 80)], 'prod');
    const who = `2 users of spent-${tenants}`;
    expect(text).toContain(
      `*${who}* have calls refused that asked for more than is left of their budgets for 2026-11-20: a, b.`,
    );
    expect(mail?.subject).toBe(`Calls are refused by the budgets of ${who} for 2026-11-20`);
    expect(fields).toMatchObject({ type: 'budgets.refused', severity: 'ticket', count: 2, users: ['a', 'b'] });
    expect(fields).not.toHaveProperty('percent');
  });
});

describeOnDynamoDb('budgets that refuse calls', (engine) => {
  const options = (targets: Record<string, string> | null = null) => ({
    clock,
    table: engine().table('ControlTable'),
    secret: async () =>
      targets === null
        ? JSON.stringify({
            slackWebhookUrl: SLACK,
            webhookUrl: WEBHOOK,
            webhookSecret: '0123456789abcdef',
          })
        : JSON.stringify(targets),
    topicArn: undefined,
    publish: async () => undefined,
    fetch: post as typeof globalThis.fetch,
    random: seededRandom(1),
    emit: (event: BallastEvent) => void events.push(event),
  });

  it('are one message to each target, and once told are in no later one', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map(user) as [SpentPart, SpentPart, SpentPart];
    expect(await createSpentAlerts(options())([a, b])).toEqual({ isDone: true, newly: [a, b] });
    expect(await createSpentAlerts(options())([b, a])).toEqual({ isDone: true, newly: [] });
    expect(await createSpentAlerts(options())([a, b, c])).toEqual({ isDone: true, newly: [c] });
    expect([slack.length, webhook.length]).toEqual([2, 2]);
    expect(slack[1]).toContain(`*user c of spent-${tenants}* has a call refused`);
  });

  it.each(['key', 'user'] as const)('of a %s reach Slack, the webhook and mail', async (scope) => {
    const mails: unknown[] = [];
    const every = { ...options(), topicArn: 'arn:topic', publish: async (notice: unknown) => void mails.push(notice) };
    const spent: SpentPart = { ...user('s1'), scope };
    expect(await createSpentAlerts(every)([spent])).toEqual({ isDone: true, newly: [spent] });
    const says = `${scope} s1 of spent-${tenants}`;
    for (const [channel] of [slack, webhook, mails]) expect(JSON.stringify(channel)).toContain(`spent-${tenants}`);
    expect(slack[0]).toContain(`*${says}* has a call refused`);
    expect(JSON.parse(webhook[0] ?? '')).toMatchObject({
      percent: 100,
      scope,
      [scope === 'key' ? 'keyId' : 'user']: 's1',
    });
    expect(JSON.stringify(mails)).toContain(`100 % of the budget of ${says}`);
  });

  it('are not told where spending had reached 100 % before', async () => {
    const tenant: SpentPart = { ...user(''), scope: 'tenant', subject: null };
    await createBudgetAlerts(options())({ ...tenant, percent: 100 });
    expect(await createSpentAlerts(options())([tenant])).toEqual({ isDone: true, newly: [] });
    expect(slack.length).toBe(1);
  });

  it('are told again to the target alone that did not take them', async () => {
    const both = ['a', 'b'].map(user);
    webhookStatus = 500;
    const at = clock.now();
    expect(await ended(createSpentAlerts(options())(both))).toEqual({ isDone: false, newly: both });
    expect([slack.length, webhook.length]).toEqual([1, 3]);
    // No lease has ended meanwhile.
    clock.stepWall(at - clock.now());
    webhookStatus = 200;
    expect(await ended(createSpentAlerts(options())(both))).toEqual({ isDone: true, newly: both });
    expect([slack.length, webhook.length]).toEqual([1, 4]);
  });

  it('are told to nobody where nobody is configured, and not where the secret is broken', async () => {
    const nobody = { ...options(), secret: async () => '' };
    expect(await createSpentAlerts(nobody)([user('a')])).toEqual({ isDone: true, newly: [] });
    expect(events).toEqual([]);
    const broken = options({ slackWebhookUrl: 'http://canary.com' });
    expect(await createSpentAlerts(broken)([user('a')])).toEqual({ isDone: false, newly: [] });
    expect(events).toMatchObject([{ type: 'store.failed', operation: 'alerts.secret' }]);
  });

  it('are mailed, once, where the secret cannot be read, and told to the others when it can be', async () => {
    const mails: unknown[] = [];
    const mailing = {
      ...options(),
      topicArn: 'arn:topic',
      publish: async (notice: unknown) => void mails.push(notice),
    };
    const broken = { ...mailing, secret: () => Promise.reject(new TypeError('canary')) };
    const both = ['a', 'b'].map(user);
    expect(await createSpentAlerts(broken)(both)).toEqual({ isDone: false, newly: both });
    expect(await createSpentAlerts(broken)(both)).toEqual({ isDone: false, newly: [] });
    expect([mails.length, slack.length, webhook.length]).toEqual([1, 0, 0]);
    expect(await createSpentAlerts(mailing)(both)).toMatchObject({ isDone: true });
    expect([mails.length, slack.length, webhook.length]).toEqual([1, 1, 1]);
  });
});
