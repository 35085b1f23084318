import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AlarmState } from '../../../lib/alerts/alarm/messages.ts';
import { MOST_ALONE } from '../../../lib/alerts/damping/storms.ts';
import { createNotifyAlarm } from '../../../lib/alerts/notify-alarm.ts';
import type { Clock } from '../../../lib/kernel/clock.ts';
import { createPrettyLog } from '../../../lib/telemetry/terminal/pretty-log.ts';
import { describeOnDynamoDb } from '../../dynamodb.ts';
import { createFakeClock, type FakeClock } from '../../fake-clock.ts';
import { type HttpTarget, startHttpTarget } from '../../http-target.ts';
import { seededRandom } from '../../seeded-random.ts';
import { notification, snsEvent } from '../sns.ts';

interface Told {
  readonly type: string;
  readonly state: string;
  readonly alarm?: string;
  readonly alarms?: readonly string[];
  readonly flapping?: string;
  readonly details?: readonly Readonly<Record<string, string>>[];
}

let webhook: HttpTarget;
let slack: HttpTarget;
let clock: FakeClock;
/** Of another hour each time, so that no window is shared. */
let startsAt = Date.UTC(2026, 10, 20);

beforeEach(async () => {
  [webhook, slack] = await Promise.all([startHttpTarget(), startHttpTarget()]);
  startsAt += 24 * 3_600_000;
  clock = createFakeClock(startsAt);
});
afterEach(() => Promise.all([webhook.close(), slack.close()]));

const told = () => webhook.seen.map(({ body }) => JSON.parse(body) as Told);
const since = (count: number) => told().slice(count);
const shown = () =>
  told().map(({ alarm, state, flapping }) => [alarm, state, ...(flapping === undefined ? [] : [flapping])]);

const change = (name: string, to: AlarmState, from: AlarmState = to === 'OK' ? 'ALARM' : 'OK') =>
  snsEvent(
    notification({
      name: `ballast-dev-${name}`,
      to,
      from,
      at: new Date(clock.now()).toISOString().replace('Z', '+0000'),
    }),
  );

/** One delivery, and whether it waits for its clock. */
interface Delivery {
  readonly ended: Promise<void>;
  readonly waits: () => boolean;
}

/** Moves the clock on once each of these waits for it, or has ended. */
const ended = async (...deliveries: readonly Delivery[]): Promise<void> => {
  const over = new Set<Delivery>();
  const all = Promise.all(deliveries.map((each) => each.ended.finally(() => over.add(each))));
  all.catch(() => undefined);
  while (over.size < deliveries.length) {
    if (deliveries.every((each) => over.has(each) || each.waits())) await clock.advance(5_000);
    else await new Promise((done) => setImmediate(done));
  }
  await all;
};

describeOnDynamoDb('what is told', (engine) => {
  /** Another environment, which is told of an event. */
  const own =
    (seed = 1, before: () => Promise<void> = async () => undefined, table = engine().table('ControlTable')) =>
    (event: unknown): Delivery => {
      const timers = new Set<object>();
      const own: Clock = {
        ...clock,
        after(ms, act) {
          const timer = {};
          timers.add(timer);
          const stop = clock.after(ms, () => {
            timers.delete(timer);
            act();
          });
          return () => {
            timers.delete(timer);
            stop();
          };
        },
      };
      const notify = createNotifyAlarm({
        clock: own,
        log: createPrettyLog('ERROR', clock, () => undefined),
        emit: () => undefined,
        // Time moves on while a target answers: it is not what is looked at here.
        fetch: async (url, init) => {
          await before();
          return fetch(url, { ...init, signal: null });
        },
        table,
        hasCauses: true,
        random: seededRandom(seed),
        publish: async () => undefined,
        secret: async () =>
          JSON.stringify({
            slackWebhookUrl: slack.url,
            webhookUrl: webhook.url,
            webhookSecret: '0123456789abcdef',
          }),
      });
      return { ended: notify(event), waits: () => timers.size > 0 };
    };

  /** Goes on and off so often, a minute each: it ends with `last`. */
  const flaps = async (name: string, last: AlarmState) => {
    for (let round = 0; round < 4; round += 1) {
      for (const to of ['ALARM', 'OK'] as const) {
        if (round === 3 && to === 'OK' && last === 'ALARM') break;
        await ended(own()(change(name, to)));
        await clock.advance(60_000);
      }
    }
  };

  it('of an alarm that flaps ends with that it does, until it is calm: then its end', async () => {
    const name = `flaps-${startsAt}`;
    const flip = async (to: AlarmState) => {
      await ended(own()(change(name, to)));
      await clock.advance(60_000);
    };
    for (let round = 0; round < 6; round += 1) {
      await flip('ALARM');
      await flip('OK');
    }
    const alarm = `ballast-dev-${name}`;
    const three = [1, 2, 3].flatMap(() => [
      [alarm, 'ALARM'],
      [alarm, 'OK'],
    ]);
    expect(shown()).toEqual([...three, [alarm, 'ALARM', 'begins']]);

    await ended(own()({ look: 'flapping' }));
    expect(told()).toHaveLength(7);
    await clock.advance(10 * 60_000);
    // Also where two look at once, and again.
    await ended(own(2)({ look: 'flapping' }), own(3)({ look: 'flapping' }));
    await ended(own()({ look: 'flapping' }));
    expect(shown().slice(7)).toEqual([[alarm, 'OK', 'ends']]);

    await flip('ALARM');
    expect(shown().at(-1)).toEqual([alarm, 'ALARM']);
  });

  it('of one that flapped and stays on is that it does, once, and its end when that comes', async () => {
    const name = `stays-${startsAt}`;
    await flaps(name, 'ALARM');
    await clock.advance(10 * 60_000);
    for (const _ of [1, 2]) await ended(own()({ look: 'flapping' }));
    await ended(own()(change(name, 'OK')));
    const alarm = `ballast-dev-${name}`;
    expect(shown().slice(7)).toEqual([
      [alarm, 'ALARM', 'ends'],
      [alarm, 'OK'],
    ]);
  });

  it('of alarms that flapped reaches every target but a dead one, and so does what comes after', async () => {
    const names = ['one', 'two', 'three'].map((each) => `dead-${each}-${startsAt}`);
    for (const name of names) await flaps(name, 'OK');
    await clock.advance(10 * 60_000);
    slack.script({ status: 500 });
    await expect(ended(own()({ look: 'flapping' }))).rejects.toThrow('could not be delivered');
    const alarms = names.map((name) => `ballast-dev-${name}`).toSorted();
    expect(
      since(21)
        .map(({ alarm, flapping }) => [alarm, flapping])
        .toSorted(),
    ).toEqual(alarms.map((alarm) => [alarm, 'ends']));
    for (const name of names) await expect(ended(own()(change(name, 'ALARM')))).rejects.toThrow();
    expect(shown().slice(24)).toEqual(names.map((name) => [`ballast-dev-${name}`, 'ALARM']));
    slack.script({ status: 200 });
    const before = slack.seen.length;
    for (const name of names) await ended(own()(change(name, 'OK')));
    expect(slack.seen.length).toBe(before + 3);
  });

  it('of one that goes off while its calm is told is that it stays on, and its end', async () => {
    const name = `again-${startsAt}`;
    await flaps(name, 'OK');
    const goesOff = change(name, 'ALARM');
    await clock.advance(10 * 60_000);
    const [telling, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const look = own(2, () => {
      telling.resolve();
      return answered.promise;
    })({ look: 'flapping' });
    await telling.promise;
    await ended(own(3)(goesOff));
    answered.resolve();
    await ended(look);
    await clock.advance(10 * 60_000);
    await ended(own()({ look: 'flapping' }));
    // Known to be on: its end is told also after it had no data.
    await ended(own()(change(name, 'OK', 'INSUFFICIENT_DATA')));
    const alarm = `ballast-dev-${name}`;
    expect(shown().slice(7)).toEqual([
      [alarm, 'OK', 'ends'],
      [alarm, 'ALARM', 'ends'],
      [alarm, 'OK'],
    ]);
  });

  it('of many alarms at once is one message that lists them, and one of their ends', async () => {
    const unknown = Array.from({ length: MOST_ALONE + 2 }, (_, index) => `storm-${index}`);
    const names = [...unknown, 'api-errors', 'run-cost'];
    const all = names.map((name) => `ballast-dev-${name}`).toSorted();
    const told = async (state: AlarmState) => {
      const before = webhook.seen.length;
      const events = names.map((name) => change(name, state));
      await ended(...events.map((event, seed) => own(seed + 1)(event)));
      // Delivered again, to other environments.
      await ended(...events.map((event, seed) => own(seed + 50)(event)));
      return since(before);
    };
    for (const state of ['ALARM', 'OK'] as const) {
      const messages = await told(state);
      const storms = messages.filter(({ type }) => type === 'alarm.storm');
      expect(storms).toMatchObject([{ state, count: all.length }]);
      expect(storms[0]?.alarms?.toSorted()).toEqual(all);
      expect(storms[0]).toMatchObject(state === 'ALARM' ? { severity: 'page' } : {});
      const details = new Map(storms[0]?.details?.map((each) => [each['alarm'], each]));
      expect(details.get('ballast-dev-api-errors')).toEqual({
        alarm: 'ballast-dev-api-errors',
        severity: 'page',
        ...(state === 'ALARM' && {
          means: expect.stringMatching(/\w/) as string,
          action: expect.stringMatching(/\w/) as string,
          look: expect.stringContaining('--stage dev') as string,
        }),
      });
      // Whoever reads it needs the text of the sixth too: it gets no message of its own.
      const text =
        slack.seen
          .map(({ body }) => (JSON.parse(body) as { text: string }).text)
          .findLast((each) => each.includes('within seconds')) ?? '';
      expect(text.split('*What to do:*').length - 1).toBe(state === 'ALARM' ? 2 : 0);
      expect(text.indexOf('ballast-dev-api-errors')).toBeLessThan(text.indexOf('ballast-dev-storm-0'));
      // The first of them may be told before anybody knows that there are more.
      const alone = messages.filter(({ type }) => type === 'alarm.changed').map(({ alarm }) => alarm);
      expect(alone.length).toBeLessThanOrEqual(MOST_ALONE);
      expect(new Set(alone).size).toBe(alone.length);
      await clock.advance(60_000);
    }
  });

  it('of as few as are no storm is a message each, at once', async () => {
    const names = Array.from({ length: MOST_ALONE }, (_, index) => `few-${index}`);
    const before = clock.now();
    await Promise.all(names.map((name, seed) => own(seed + 1)(change(name, 'ALARM')).ended));
    expect(told().map(({ type }) => type)).toEqual(names.map(() => 'alarm.changed'));
    expect(clock.now()).toBe(before);
  });

  it('of one that comes when its storm was told is a message of its own', async () => {
    const events = Array.from({ length: MOST_ALONE + 1 }, (_, index) => change(`late-${index}`, 'ALARM'));
    const late = change('late-last', 'ALARM');
    await ended(...events.map((event, seed) => own(seed + 1)(event)));
    await clock.advance(30_000);
    await ended(own()(late));
    expect(told().filter(({ type }) => type === 'alarm.storm')).toHaveLength(1);
    expect(told().at(-1)).toMatchObject({ type: 'alarm.changed', alarm: 'ballast-dev-late-last' });
  });

  it('of one that is written when its storm was told is a message of its own, also when it comes again', async () => {
    const events = Array.from({ length: MOST_ALONE + 1 }, (_, index) => change(`slow-${index}`, 'ALARM'));
    const slow = change('slow-last', 'ALARM');
    const table = engine().table('ControlTable');
    const [writing, written] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const putNewOrFind: typeof table.putNewOrFind = async (item, options) => {
      if (item['pk']?.S?.startsWith('alert#window#')) {
        writing.resolve();
        await written.promise;
      }
      return table.putNewOrFind(item, options);
    };
    const first = own(20, undefined, { ...table, putNewOrFind })(slow);
    await writing.promise;
    await ended(...events.map((event, seed) => own(seed + 1)(event)));
    expect(told().filter(({ type }) => type === 'alarm.storm')).toHaveLength(1);
    slack.script({ status: 500 });
    written.resolve();
    await expect(ended(first)).rejects.toThrow('could not be delivered');
    slack.script({ status: 200 });
    const before = slack.seen.length;
    await ended(own(30)(slow));
    expect(slack.seen.slice(before).map(({ body }) => body)).toEqual([expect.stringContaining('slow-last')]);
    expect(told().filter(({ alarm }) => alarm === 'ballast-dev-slow-last')).toHaveLength(1);
  });
});
