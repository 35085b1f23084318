import { afterEach, beforeEach, expect, it } from 'vitest';
import { budgetAlert, type BudgetThreshold, createBudgetAlerts } from '../../lib/alerts/budget-alerts.ts';
import type { Notice } from '../../lib/alerts/notice.ts';
import { bookedName, pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { describeOnDynamoDb, type TestDynamoDb } from '../dynamodb.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { type HttpTarget, startHttpTarget } from '../http-target.ts';
import { seededRandom } from '../seeded-random.ts';
import { size } from '../sizes.ts';

let slack: HttpTarget;
let webhook: HttpTarget;
let mails: Notice[];
let clock: FakeClock;
let events: BallastEvent[];
let tenants = 0;

beforeEach(async () => {
  [slack, webhook] = await Promise.all([startHttpTarget(), startHttpTarget()]);
  clock = createFakeClock();
  events = [];
  mails = [];
});
afterEach(() => Promise.all([slack.close(), webhook.close()]));

const PSEUDONYM = bookedName(pseudonymOf('ann'));

/** Of another tenant each time. */
const threshold = (more: Partial<BudgetThreshold> = {}): BudgetThreshold => ({
  tenantId: `acme-${(tenants += 1)}`,
  period: '2026-11',
  percent: 75,
  limitUsd: '10',
  spentUsd: '7.51',
  ...more,
});

const both = () =>
  JSON.stringify({
    slackWebhookUrl: `${slack.url}/services/x`,
    webhookUrl: `${webhook.url}/hook`,
    webhookSecret: '0123456789abcdef',
  });

/** The teller of one process. */
const teller = (
  table: ReturnType<TestDynamoDb['table']>,
  { seed = 1, secret = async () => both(), topicArn = undefined as string | undefined } = {},
) =>
  createBudgetAlerts({
    clock,
    table,
    secret,
    topicArn,
    publish: async (notice) => void mails.push(notice),
    fetch: globalThis.fetch,
    random: seededRandom(seed),
    emit: (event) => void events.push(event),
  });

/** Moves the pauses between tries on while a target is told. */
const ended = async (work: Promise<boolean>): Promise<boolean> => {
  let told: boolean | undefined;
  void work.then((outcome) => (told = outcome));
  while (told === undefined) await clock.advance(100);
  return told;
};

// Which of them is told first is a matter of luck.
const byTarget = (a: BallastEvent, b: BallastEvent) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

const counts = () => [slack.seen.length, webhook.seen.length];

describeOnDynamoDb('a threshold of a budget', (engine) => {
  const own = (options = {}) => teller(engine().table('ControlTable'), options);

  it('is told to each target, with tenant, period, percentage and amounts', async () => {
    const reached = threshold();
    expect(await own()(reached)).toBe(true);
    expect(counts()).toEqual([1, 1]);
    const { text } = JSON.parse(slack.seen[0]?.body ?? '') as { text: string };
    expect(text).toContain(`*${reached.tenantId}* has spent $7.51 of its budget of $10 for 2026-11 (75 % reached)`);
    const { id, type, ...fields } = JSON.parse(webhook.seen[0]?.body ?? '') as Record<string, unknown>;
    expect([type, fields]).toEqual(['budget.threshold', reached]);
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(webhook.seen[0]?.headers['ballast-signature']).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
    expect(events.toSorted(byTarget)).toEqual(
      ['slack', 'webhook'].map((target) => ({
        type: 'alert.sent',
        target,
        alarm: `budget/${reached.tenantId}/2026-11`,
        state: '75%',
      })),
    );
  });

  it('is mailed where there is a topic for it, once', async () => {
    const reached = threshold();
    for (const seed of [1, 2]) await own({ topicArn: 'arn:topic', seed })(reached);
    expect(mails).toEqual([
      {
        topicArn: 'arn:topic',
        subject: `75 % of the budget of ${reached.tenantId} for 2026-11`,
        text: `${reached.tenantId} has spent $7.51 of its budget of $10 for 2026-11 (75 % reached).`,
      },
    ]);
    expect(counts()).toEqual([1, 1]);
  });

  it('says of which stage it is, what it means, what to do and how to look', () => {
    const spent = threshold({ period: '2026-12' });
    const { text, mail, fields } = budgetAlert(spent, 'prod');
    expect(text.split('\n').slice(1)).toEqual([
      'Stage: prod. Severity: note.',
      '*What it means:* nothing is refused yet; the budget ends at 2027-01-01T00:00:00Z.',
      '*What to do:* raise the budget if it is too small, or ask who spends it; else nothing, for it holds.',
      `*To look:* \`npx ballast usage --admin --tenant ${spent.tenantId} --group-by key --stage prod\``,
      'More in docs/alarms.md#thresholds-of-budgets.',
    ]);
    expect(mail?.text).toContain('\nTo look: npx ballast usage --admin --tenant');
    expect(mail?.text).not.toMatch(/[*`]/);
    expect(fields).toMatchObject({ stage: 'prod', severity: 'note' });
    const refused = budgetAlert(
      { ...spent, period: '2026-11-30', percent: 100, isRefused: true, scope: 'stage' },
      'local',
    );
    expect(refused.text).toContain(
      'calls are refused with 402 until 2026-12-01T00:00:00Z, or until the budget is raised.',
    );
    expect(refused.text).toContain('`npx ballast usage --admin --group-by tenant`');
    expect(refused.fields).toMatchObject({ stage: 'local', severity: 'ticket' });
    expect(refused.id).toBe(budgetAlert({ ...spent, period: '2026-11-30', percent: 100, scope: 'stage' }).id);
  });

  it('that refused calls says so, of a key and of a user by its pseudonym, and is the same as the one of spending', async () => {
    const spent = threshold({ percent: 100, spentUsd: '9.83' });
    expect(budgetAlert({ ...spent, isRefused: true }).id).toBe(budgetAlert(spent).id);
    const ofKey = budgetAlert({ ...spent, scope: 'key', subject: 'key-1', isRefused: true });
    const says =
      'has a call refused: $9.83 of its budget of $10 for 2026-11 are spent, and what is left does not cover the call.';
    expect(ofKey.text).toBe(`:moneybag: *key key-1 of ${spent.tenantId}* ${says}`);
    expect(ofKey.mail?.text).toBe(`key key-1 of ${spent.tenantId} ${says}`);
    expect(ofKey.fields).toMatchObject({ scope: 'key', keyId: 'key-1', percent: 100 });
    const ofUser = budgetAlert({ ...spent, scope: 'user', subject: PSEUDONYM });
    expect(ofUser.fields).toMatchObject({ scope: 'user', user: PSEUDONYM });
    expect(ofUser.alarm).toBe(`budget/${spent.tenantId}/user/${PSEUDONYM}/2026-11`);
    expect(budgetAlert({ ...spent, scope: 'stage', subject: null }).text).toContain('*the stage*');
    expect(new Set([ofKey.id, ofUser.id, budgetAlert(spent).id]).size).toBe(3);
  });

  it('is told once, also where more was spent by then and to the last day of a month', async () => {
    const reached = threshold();
    await own()(reached);
    await clock.advance(31 * 24 * 3_600_000);
    expect(await own({ seed: 2 })({ ...reached, spentUsd: '7.9' })).toBe(true);
    expect(counts()).toEqual([1, 1]);
  });

  it.each<[string, Partial<BudgetThreshold>]>([
    ['tenant', { tenantId: 'another' }],
    ['period', { period: '2026-12' }],
    ['day', { period: '2026-11-20' }],
    ['percentage', { percent: 90 }],
    ['limit', { limitUsd: '9' }],
  ])('of another %s is another one', async (_what, change) => {
    const reached = threshold();
    expect(budgetAlert({ ...reached, ...change }).id).not.toBe(budgetAlert(reached).id);
    await own()(reached);
    await own()({ ...reached, ...change });
    expect(counts()).toEqual([2, 2]);
  });

  it('of a budget that is raised, and lowered again to what it was, is told once of each limit', async () => {
    const reached = threshold({ percent: 100 });
    for (const limitUsd of ['10', '20', '10', '20']) expect(await own()({ ...reached, limitUsd })).toBe(true);
    expect(counts()).toEqual([2, 2]);
  });

  it.each(Array.from({ length: size(3, 20) }, (_, round) => [round]))(
    'that many processes see at once is told once to each target (round %i)',
    async (round) => {
      const reached = threshold();
      const fleet = Array.from({ length: 8 }, (_, member) => own({ seed: round * 100 + member + 1 }));
      const told = await Promise.all(fleet.map((tell) => tell(reached)));
      expect(told.every(Boolean)).toBe(true);
      expect(counts()).toEqual([1, 1]);
    },
  );

  it('that one target does not take is not all told, and is told again to that target alone', async () => {
    const reached = threshold();
    webhook.script({ status: 500 });
    expect(await ended(own()(reached))).toBe(false);
    expect(counts()).toEqual([1, 3]);
    expect(events.filter(({ type }) => type === 'alert.failed')).toHaveLength(1);
    webhook.script({ status: 200 });
    expect(await ended(own()(reached))).toBe(true);
    expect(counts()).toEqual([1, 4]);
  });

  it('is told to nobody where nobody is configured, which leaves no trace', async () => {
    const operations: string[] = [];
    const spied = new Proxy({} as ReturnType<TestDynamoDb['table']>, {
      get: (_, name) => operations.push(String(name)),
    });
    expect(await teller(spied, { secret: async () => '' })(threshold())).toBe(true);
    expect([events, operations, counts()]).toEqual([[], [], [0, 0]]);
  });

  it.each<[string, () => Promise<string>]>([
    ['cannot be read', () => Promise.reject(new TypeError('canary'))],
    ['is broken', async () => '{"slackWebhookUrl":"http://canary.com"}'],
  ])('is not told where the secret %s, and that is all that happens', async (_what, secret) => {
    expect(await own({ secret })(threshold())).toBe(false);
    expect(events).toMatchObject([{ type: 'store.failed', operation: 'alerts.secret' }]);
    expect(JSON.stringify(events)).not.toContain('canary');
  });

  it('is mailed, once, where the secret cannot be read, and told to the others when it can be', async () => {
    const reached = threshold();
    const topicArn = 'arn:topic';
    const broken = { topicArn, secret: () => Promise.reject(new TypeError('canary')) };
    for (const seed of [1, 2]) expect(await own({ ...broken, seed })(reached)).toBe(false);
    expect([mails.length, ...counts()]).toEqual([1, 0, 0]);
    expect(await own({ topicArn, seed: 3 })(reached)).toBe(true);
    expect([mails.length, ...counts()]).toEqual([1, 1, 1]);
  });
});
