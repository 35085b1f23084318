import { describe, expect, it } from 'vitest';
import { RUNBOOK } from '../../lib/alerts/alarm/runbook.ts';
import type { Notice } from '../../lib/alerts/notice.ts';
import { createTestedTargets } from '../../lib/alerts/targets/tested-targets.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';

const SLACK = 'https://hooks.slack.com/services/x';
const WEBHOOK = 'https://example.com/hook';
const BOTH = JSON.stringify({ slackWebhookUrl: SLACK, webhookUrl: WEBHOOK, webhookSecret: '0123456789abcdef' });

/** The targets of a stage, whose webhook answers with `status` or hangs. */
const stage = (given: { secret?: string; status?: number | 'hangs'; topicArn?: string; unmade?: string[] } = {}) => {
  const { secret = BOTH, status = 200, topicArn } = given;
  const clock = createFakeClock();
  const events: BallastEvent[] = [];
  const posted: { url: string; body: string }[] = [];
  const mails: Notice[] = [];
  const targets = createTestedTargets({
    clock,
    random: seededRandom(1),
    emit: (event) => void events.push(event),
    stage: 'prod',
    unmade: new Set(given.unmade),
    secret: async () => secret,
    topicArn,
    publish: async (notice) => void mails.push(notice),
    async fetch(url: unknown, init?: RequestInit) {
      posted.push({ url: url as string, body: init?.body as string });
      if (url === SLACK) return new Response(null);
      if (status !== 'hangs') return new Response(null, { status });
      return new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    },
  });
  /** Moves the clock on until it has ended; resolves to how long that took, too. */
  const test = async () => {
    const startedAt = clock.now();
    let isOver = false;
    const over = targets.test().finally(() => (isOver = true));
    while (!isOver) await clock.advance(100);
    return { told: await over, tookMs: clock.now() - startedAt };
  };
  return { targets, test, posted, mails, events, clock };
};

it('alarms that the stage does not make say so', () => {
  const { alarms } = stage({ unmade: ['run-cost'] }).targets;
  expect(alarms.filter(({ made }) => !made).map(({ name }) => name)).toEqual(['run-cost']);
});

it('alarms name what is typed for their stage and its region', () => {
  const lookOf = (topicArn?: string) =>
    stage(topicArn === undefined ? {} : { topicArn }).targets.alarms.find(({ name }) => name === 'circuit-open')?.look;
  expect(lookOf('arn:aws:sns:us-east-1:1:notices')).toBe('npx ballast circuits --stage prod --region us-east-1');
  expect(lookOf()).toBe('npx ballast circuits --stage prod');
  for (const { action, look } of stage().targets.alarms) expect(`${action} ${look}`).not.toContain('<stage>');
});

describe('a test of the targets of alarms', () => {
  it('reaches each that is set with words that nobody takes for an alarm', async () => {
    const { targets, test, posted, mails, events } = stage({ topicArn: 'arn:aws:sns:us-east-1:1:notices' });
    expect(await targets.names()).toEqual(['slack', 'webhook', 'mail']);
    const { told } = await test();
    expect(told).toEqual(['slack', 'webhook', 'mail'].map((target) => ({ target, delivered: true })));
    expect(posted.find(({ url }) => url === SLACK)?.body).toMatch(/This is a test.*Nothing is wrong/);
    expect(JSON.parse(posted.find(({ url }) => url === WEBHOOK)?.body ?? '')).toMatchObject({ type: 'alarm.test' });
    expect(mails[0]).toMatchObject({ subject: 'Test: alarms of Ballast arrive here' });
    expect(events.map(({ type }) => type)).toEqual(['alert.sent', 'alert.sent', 'alert.sent']);
  });

  it('is sent anew each time', async () => {
    const { test, posted, clock } = stage();
    await test();
    await clock.advance(1);
    await test();
    const ids = posted.filter(({ url }) => url === WEBHOOK).map(({ body }) => (JSON.parse(body) as { id: string }).id);
    expect(new Set(ids).size).toBe(2);
  });

  it('says which target did not take it, and reaches the others', async () => {
    const { test, events } = stage({ status: 500 });
    const { told } = await test();
    expect(told).toEqual([
      { target: 'slack', delivered: true },
      { target: 'webhook', delivered: false },
    ]);
    expect(events.map(({ type }) => type).toSorted()).toEqual(['alert.failed', 'alert.sent']);
  });

  it('ends while whoever asks still waits, though a target hangs', async () => {
    const { test } = stage({ status: 'hangs' });
    const { told, tookMs } = await test();
    expect(told[1]).toEqual({ target: 'webhook', delivered: false });
    expect(tookMs).toBeLessThanOrEqual(8_000);
  });

  it('reaches nobody where nobody is set, and names every alarm of the runbook', async () => {
    const { test, targets } = stage({ secret: '' });
    expect((await test()).told).toEqual([]);
    expect(targets.alarms.map(({ name }) => name)).toEqual(Object.keys(RUNBOOK).toSorted());
  });

  it('rejects where the secret is malformed', async () => {
    const { targets } = stage({ secret: '{' });
    await expect(targets.test()).rejects.toThrow('is not JSON');
    await expect(targets.names()).rejects.toThrow('is not JSON');
  });
});
