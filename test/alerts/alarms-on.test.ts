import { beforeEach, expect, it } from 'vitest';
import type { AlarmState } from '../../lib/alerts/alarm/messages.ts';
import { RUNBOOK } from '../../lib/alerts/alarm/runbook.ts';
import { createAlarmsOn } from '../../lib/alerts/alarms-on.ts';
import { createNotifyAlarm } from '../../lib/alerts/notify-alarm.ts';
import { createPrettyLog } from '../../lib/telemetry/terminal/pretty-log.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';
import { notification, snsEvent } from './sns.ts';

const PREFIX = 'ballast-dev-';

let clock: FakeClock;
/** Of another day each time, so that no window is shared. */
let startsAt = Date.UTC(2026, 10, 20);
beforeEach(() => {
  startsAt += 24 * 3_600_000;
  clock = createFakeClock(startsAt);
});

const instant = (at = clock.now()) => new Date(at).toISOString();
const event = (name: string, to: AlarmState, at = clock.now()) => {
  const from = to === 'OK' ? 'ALARM' : 'OK';
  return snsEvent(notification({ name: `${PREFIX}${name}`, to, from, at: instant(at).replace('Z', '+0000') }));
};

describeOnDynamoDb('what is on', (engine) => {
  const table = () => engine().table('ControlTable');
  const on = () => createAlarmsOn({ table: table(), clock })();
  const states = async () => (await on()).map(({ name, state, silencedBy }) => [name, state, silencedBy]);
  /** One that is refused is tried again, and waits for its clock. */
  const send = async (sent: unknown, answer = 200) => {
    const notify = createNotifyAlarm({
      clock,
      log: createPrettyLog('ERROR', clock, () => undefined),
      emit: () => undefined,
      fetch: async () => new Response(null, { status: answer }),
      table: table(),
      hasCauses: true,
      random: seededRandom(1),
      publish: async () => undefined,
      secret: async () => JSON.stringify({ slackWebhookUrl: 'https://hooks.slack.com/x' }),
    });
    const outcome = notify(sent).then(
      () => 'told',
      () => 'failed',
    );
    if (answer === 200) return outcome;
    let isOver = false;
    void outcome.finally(() => (isOver = true));
    while (!isOver) await clock.advance(100);
    return outcome;
  };
  const change = async (name: string, to: AlarmState) => {
    await send(event(name, to));
    await clock.advance(60_000);
  };
  const allOver = async () => {
    for (const { alarm } of await on()) await change(alarm.replace(PREFIX, ''), 'OK');
  };

  it('is said with since when, how much, what it means and what to do, and is not once it is over', async () => {
    const since = instant();
    await change('gateway-errors', 'ALARM');
    const entry = RUNBOOK['gateway-errors'];
    expect(await on()).toEqual([
      {
        alarm: `${PREFIX}gateway-errors`,
        name: 'gateway-errors',
        severity: entry?.severity,
        state: 'on',
        since,
        silencedBy: null,
        value: 7,
        threshold: 5,
        comparison: 'at least',
        unit: entry?.unit ?? null,
        children: [],
        means: entry?.means.replace('(1)', '(5)'),
        action: entry?.action,
        look: entry?.look?.replace('<stage>', 'dev --region eu-central-1'),
        url: expect.stringContaining('console.aws.amazon.com') as string,
      },
    ]);
    await change('gateway-errors', 'OK');
    expect(await on()).toEqual([]);
  });

  it('is in the order of urgency, then the newest first; one of the operator has no name', async () => {
    await change('own-thing', 'ALARM');
    await change('latency-p95', 'ALARM');
    await change('gateway-errors', 'ALARM');
    expect((await on()).map(({ alarm, name }) => [alarm, name])).toEqual([
      [`${PREFIX}gateway-errors`, 'gateway-errors'],
      [`${PREFIX}latency-p95`, 'latency-p95'],
      [`${PREFIX}own-thing`, null],
    ]);
    await allOver();
  });

  it('is not an alarm whose beginning is delivered again after its end, or late', async () => {
    const begins = event('gateway-errors', 'ALARM');
    await send(begins);
    await clock.advance(60_000);
    await change('gateway-errors', 'OK');
    await send(begins);
    expect(await on()).toEqual([]);
    // It goes off again.
    await change('gateway-errors', 'ALARM');
    await send(event('gateway-errors', 'OK', startsAt));
    expect(await states()).toEqual([['gateway-errors', 'on', null]]);
    await allOver();
  });

  it('is on until its end could be told', async () => {
    await change('gateway-errors', 'ALARM');
    const ends = event('gateway-errors', 'OK');
    expect(await send(ends, 404)).toBe('failed');
    expect(await states()).toEqual([['gateway-errors', 'on', null]]);
    expect(await send(ends)).toBe('told');
    expect(await on()).toEqual([]);
  });

  it('includes what is silenced by its cause, and names that', async () => {
    await change('provider-down', 'ALARM');
    await change('circuit-open', 'ALARM');
    expect(await states()).toEqual([
      ['provider-down', 'on', null],
      ['circuit-open', 'silenced', 'provider-down'],
    ]);
    await change('provider-down', 'OK');
    await clock.advance(11 * 60_000);
    // It outlasts its cause, and is told.
    await send({ look: 'flapping' });
    expect(await states()).toEqual([['circuit-open', 'on', null]]);
    await change('circuit-open', 'OK');
    expect(await on()).toEqual([]);
  });

  it('says that an alarm flaps, until it rests', async () => {
    for (let round = 0; round < 4; round += 1) {
      await change('latency-p99', 'ALARM');
      await change('latency-p99', 'OK');
    }
    expect(await states()).toEqual([['latency-p99', 'flapping', null]]);
    await clock.advance(11 * 60_000);
    await send({ look: 'flapping' });
    expect(await on()).toEqual([]);
  });
});
