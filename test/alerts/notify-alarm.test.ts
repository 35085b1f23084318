import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { notifyAlarm } from '../../functions/notify-alarm.ts';
import type { AlarmState } from '../../lib/alerts/alarm/messages.ts';
import { HOLD_MS } from '../../lib/alerts/damping/consequences.ts';
import type { Notice } from '../../lib/alerts/notice.ts';
import { createNotifyAlarm } from '../../lib/alerts/notify-alarm.ts';
import { createLoader } from '../../lib/secrets/loader.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { createPrettyLog } from '../../lib/telemetry/terminal/pretty-log.ts';
import { describeOnDynamoDb, type TestDynamoDb } from '../dynamodb.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { type HttpTarget, startHttpTarget } from '../http-target.ts';
import { seededRandom } from '../seeded-random.ts';
import { size } from '../sizes.ts';
import { type Change, notification as published, snsEvent } from './sns.ts';

let slack: HttpTarget;
let webhook: HttpTarget;
let mails: Notice[];
let clock: FakeClock;
let events: BallastEvent[];
let lines: string[];
let minutes = 0;

beforeEach(async () => {
  [slack, webhook] = await Promise.all([startHttpTarget(), startHttpTarget()]);
  clock = createFakeClock();
  events = [];
  lines = [];
  mails = [];
});
afterEach(() => Promise.all([slack.close(), webhook.close()]));

/** Of an alarm that nothing else explains. */
const notification = (change: Change) => published({ name: 'ballast-dev-gateway-errors', ...change });

/** Another transition each time, so much later that no alarm flaps. */
const at = () => new Date(Date.UTC(2026, 10, 20, 12, (minutes += 40))).toISOString().replace('Z', '+0000');

const both = () =>
  JSON.stringify({
    slackWebhookUrl: `${slack.url}/services/x`,
    webhookUrl: `${webhook.url}/hook`,
    webhookSecret: '0123456789abcdef',
  });

/** The deployed function in an environment of its own. */
const environment = (
  table: ReturnType<TestDynamoDb['table']>,
  {
    seed = 1,
    secret = both(),
    read = async () => secret,
    fetch = globalThis.fetch,
    topicArn = undefined as string | undefined,
    publish = async (notice: Notice) => void mails.push(notice),
    hasCauses = true,
  } = {},
) => {
  const log = createPrettyLog('DEBUG', clock, (line) => lines.push(line));
  const emit = (event: BallastEvent) => void events.push(event);
  const targets = createLoader({ read, clock });
  const notify = createNotifyAlarm({
    clock,
    log,
    emit,
    fetch,
    table,
    random: seededRandom(seed),
    secret: () => targets.get(),
    refreshSecret: () => targets.refresh(),
    topicArn,
    publish,
    hasCauses,
  });
  return notifyAlarm({ log, clock, flush: async () => {}, notifyAlarm: notify });
};

/** Moves the pauses between tries on while the function works. */
const ended = async (work: Promise<void>): Promise<string> => {
  let outcome: string | undefined;
  work.then(
    () => (outcome = 'done'),
    (error: Error) => (outcome = error.message),
  );
  while (outcome === undefined) await clock.advance(100);
  return outcome;
};

const FAILED = 'The event could not be handled; the line before says why.';
const counts = () => [slack.seen.length, webhook.seen.length];

describeOnDynamoDb('an alarm', (engine) => {
  const own = (options = {}) => environment(engine().table('ControlTable'), options);

  it('that goes off and is over again sends two messages to each target, also when delivered twice', async () => {
    const change = { name: 'ballast-dev-gateway-errors', at: at() };
    const off = snsEvent(notification(change));
    const over = snsEvent(notification({ ...change, from: 'ALARM', to: 'OK', at: at() }));
    for (const event of [off, off, over, over, off]) await own()(event);
    expect(counts()).toEqual([2, 2]);
    const told = webhook.seen.map(({ body }) => (JSON.parse(body) as { state: string }).state);
    expect(told).toEqual(['ALARM', 'OK']);
    expect(webhook.seen[0]?.headers['ballast-signature']).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
    expect(slack.seen[0]?.body).toContain('ballast-dev-gateway-errors');
  });

  it('that an address refuses is delivered to the one that has replaced it, when it comes again', async () => {
    const event = snsEvent(notification({ name: `ballast-dev-moved-${minutes}`, at: at() }));
    const last = `${webhook.url}/services/y`;
    // The clock may be so far on by then that it is read once more.
    const secrets = [`${slack.url}/services/x`, last];
    const tell = own({ read: async () => JSON.stringify({ slackWebhookUrl: secrets.shift() ?? last }) });
    slack.script({ status: 404 });
    expect(await ended(tell(event))).toBe(FAILED);
    expect(await ended(tell(event))).toBe('done');
    expect(webhook.seen.map(({ path }) => path)).toEqual(['/services/y']);
  });

  it('that lost its data before it was over is told to be over, once, and a new one without data is not', async () => {
    const name = `ballast-dev-quiet-${minutes}`;
    const change = (from: AlarmState, to: AlarmState) => snsEvent(notification({ name, from, to, at: at() }));
    await own()(change('INSUFFICIENT_DATA', 'OK'));
    expect(counts()).toEqual([0, 0]);
    const [begins, loses, ends] = [
      change('OK', 'ALARM'),
      change('ALARM', 'INSUFFICIENT_DATA'),
      change('INSUFFICIENT_DATA', 'OK'),
    ];
    for (const event of [begins, loses, ends, ends]) await own()(event);
    expect(counts()).toEqual([2, 2]);
    await own()(change('INSUFFICIENT_DATA', 'OK'));
    expect(counts()).toEqual([2, 2]);
  });

  it('whose end was not delivered is told to be over by the next delivery', async () => {
    const name = `ballast-dev-lost-${minutes}`;
    const change = (from: AlarmState, to: AlarmState) => snsEvent(notification({ name, from, to, at: at() }));
    await own()(change('OK', 'ALARM'));
    slack.script({ status: 500 });
    const ends = change('INSUFFICIENT_DATA', 'OK');
    expect(await ended(own()(ends))).toBe(FAILED);
    slack.script({ status: 200 });
    expect(await ended(own()(ends))).toBe('done');
    expect(slack.seen.at(-1)?.body).toContain('is OK again');
  });

  it.each(Array.from({ length: size(3, 20) }, (_, round) => [round]))(
    'that is delivered to many at once is told once to each target (round %i)',
    async (round) => {
      const event = snsEvent(notification({ at: at() }));
      const fleet = Array.from({ length: 8 }, (_, member) => own({ seed: round * 100 + member }));
      await Promise.all(fleet.map((handler) => handler(event)));
      expect(counts()).toEqual([1, 1]);
    },
  );

  it('that may have a cause waits for that, and where the stage has no composite alarm for nothing', async () => {
    const event = (name: string) => snsEvent(notification({ name: `ballast-dev-${name}`, at: at() }));
    await own({ hasCauses: false })(event('errors'));
    expect(counts()).toEqual([1, 1]);
    const waiting = own()(event('probe-unhealthy'));
    await clock.advance(HOLD_MS - 1);
    expect(counts()).toEqual([1, 1]);
    expect(await ended(waiting)).toBe('done');
    expect(counts()).toEqual([2, 2]);
  });

  it('that was told is not told again by a delivery long after', async () => {
    const event = snsEvent(notification({ at: at() }));
    await own()(event);
    await clock.advance(6 * 3_600_000);
    await own({ seed: 2 })(event);
    expect(counts()).toEqual([1, 1]);
  });

  it('that one target does not take is told again to that target alone', async () => {
    const event = snsEvent(notification({ at: at() }));
    slack.script({ status: 500 });
    expect(await ended(own()(event))).toBe(FAILED);
    expect(counts()).toEqual([3, 1]);
    expect(events.filter(({ type }) => type === 'alert.failed')).toHaveLength(1);

    slack.script({ status: 200 });
    expect(await ended(own()(event))).toBe('done');
    expect(counts()).toEqual([4, 1]);
    expect(await ended(own()(event))).toBe('done');
    expect(counts()).toEqual([4, 1]);
  });

  it('whose teller dies in between is told by a later delivery, and not before its lease has ended', async () => {
    const event = snsEvent(notification({ at: at() }));
    const never = Promise.withResolvers<Response>();
    let posting = 0;
    const stuck = () => {
      posting += 1;
      return never.promise;
    };
    void own({ seed: 1, fetch: stuck })(event).catch(() => undefined);
    while (posting < 2) await new Promise((done) => setImmediate(done));

    await own({ seed: 2 })(event);
    expect(counts()).toEqual([0, 0]);
    await clock.advance(45_000);
    await Promise.all([3, 4, 5, 6, 7, 8].map((seed) => own({ seed })(event)));
    expect(counts()).toEqual([1, 1]);

    // The dead one comes back, and takes nothing from whoever took over.
    never.resolve(new Response(null, { status: 500 }));
    await clock.advance(10_000);
    await own({ seed: 9 })(event);
    expect(counts()).toEqual([1, 1]);
  });

  it('is told without a claim where the store fails: it may be about the store', async () => {
    const down = async () => {
      throw Object.assign(new Error('down'), { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 400 } });
    };
    const handler = environment(engine().table('ControlTable', { send: down }));
    await handler(snsEvent(notification({ at: at() })));
    expect(counts()).toEqual([1, 1]);
    expect(events.map(({ type }) => type)).toContain('store.failed');
  });

  it('is told to the targets there are, and it is said once which are not', async () => {
    const handler = own({ secret: JSON.stringify({ slackWebhookUrl: `${slack.url}/x` }) });
    await handler(snsEvent(notification({ at: at() }), notification({ at: at() })));
    expect(counts()).toEqual([2, 0]);
    // The webhook, and the topic for mail.
    expect(lines.filter((line) => line.includes('not configured'))).toHaveLength(2);
    const silent = own({ secret: '' });
    await silent(snsEvent(notification({ at: at() })));
    expect(counts()).toEqual([2, 0]);
  });

  it('is mailed where there is a topic for it: what is wrong, what it means and what to do', async () => {
    const handler = own({ topicArn: 'arn:topic', secret: '' });
    const event = snsEvent(notification({ name: 'ballast-dev-gateway-errors', at: at() }));
    for (const _ of [1, 2]) await handler(event);
    expect(mails).toEqual([
      {
        topicArn: 'arn:topic',
        subject: 'ALARM (page): ballast-dev-gateway-errors',
        text: expect.stringContaining('What to do: `Task timed out`') as string,
      },
    ]);
    expect(counts()).toEqual([0, 0]);
  });

  it('is mailed with a subject of less than 100 characters, which is what SNS takes', async () => {
    const name = `ballast-dev-${'x'.repeat(200)}`;
    await own({ topicArn: 'arn:topic', secret: '' })(snsEvent(notification({ name, at: at() })));
    expect(mails.map(({ subject }) => subject)).toEqual([`ALARM (ticket): ${name}`.slice(0, 99)]);
  });

  it.each<[string, () => Promise<string>]>([
    ['cannot be read', async () => Promise.reject(new Error('canary'))],
    ['is of another form', async () => '{"slackWebhookUrl":"http://canary.com"}'],
  ])('is mailed, once, also where the secret %s, and told to the others when it can be', async (_what, read) => {
    const event = snsEvent(notification({ name: 'ballast-dev-gateway-errors', at: at() }));
    for (const seed of [1, 2]) await expect(own({ seed, topicArn: 'arn:topic', read })(event)).rejects.toThrow(FAILED);
    expect([mails.length, counts()]).toEqual([1, [0, 0]]);
    expect(lines.join('')).not.toMatch(/canary|not configured/);
    await own({ seed: 3, topicArn: 'arn:topic' })(event);
    expect([mails.length, counts()]).toEqual([1, [1, 1]]);
  });

  it('whose topic takes nothing is tried again, then delivered again to that target alone', async () => {
    let tries = 0;
    const publish = async (notice: Notice) => {
      tries += 1;
      if (tries <= 3) throw new Error('canary');
      mails.push(notice);
    };
    const event = snsEvent(notification({ name: 'ballast-dev-エラー', at: at() }));
    const options = { topicArn: 'arn:topic', publish };
    expect(await ended(own(options)(event))).toBe(FAILED);
    expect([tries, counts()]).toEqual([3, [1, 1]]);
    expect(await ended(own(options)(event))).toBe('done');
    expect([mails.map(({ subject }) => subject), counts()]).toEqual([['ALARM (ticket): ballast-dev-???'], [1, 1]]);
    expect(lines.join('')).not.toContain('canary');
  });

  it('that was just made, or is none, is told to nobody', async () => {
    const fresh = notification({ name: 'ballast-dev-fresh', from: 'INSUFFICIENT_DATA', to: 'OK', at: at() });
    await own()(snsEvent(fresh, 'canary'));
    expect(counts()).toEqual([0, 0]);
    expect(lines.join('')).toContain('is no alarm');
    expect(lines.join('')).not.toContain('canary');
  });

  it('with a broken secret fails without quoting it, and the error that Lambda logs has no stack', async () => {
    const failing = own({ secret: '{"slackWebhookUrl":"http://canary.com"}' })(snsEvent(notification({ at: at() })));
    const error = await failing.catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ message: FAILED, stack: `AppError: ${FAILED}` });
    expect(error?.cause).toBeUndefined();
    expect(lines.join('')).toContain('event failed');
    expect(lines.join('')).not.toContain('canary');
  });
});

describe('a notification', () => {
  it('of something else than an alarm is one line, whatever brought it', async () => {
    await environment(undefined as never)({ detail: 'canary' });
    expect(lines.join('')).toContain('is no alarm');
    expect(lines.join('')).not.toContain('canary');
  });
});
