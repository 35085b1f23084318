import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { RUNBOOK } from '../../lib/alerts/alarm/runbook.ts';
import { createNotifyAlarm } from '../../lib/alerts/notify-alarm.ts';
import type { Clock } from '../../lib/kernel/clock.ts';
import { label } from '../../lib/kernel/redacted.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';
import { createPrettyLog } from '../../lib/telemetry/terminal/pretty-log.ts';
import { snsEvent } from '../alerts/sns.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { type HttpTarget, startHttpTarget } from '../http-target.ts';
import { seededRandom } from '../seeded-random.ts';
import { SAMPLES } from '../telemetry/events.ts';
import { testMetrics } from '../telemetry/metric-lines.ts';
import { createCloudWatch } from './cloudwatch.ts';
import { isComposed } from './metric-math.ts';
import { packaged, packagedTemplate } from './packaged.ts';
import { ofType, resource, type Template } from './template.ts';

beforeAll(packaged);

const MINUTE_MS = 60_000;

type RunEnd = Extract<BallastEvent, { readonly type: 'run.finished' }>;

/** How a stage does in one minute. */
interface Minute {
  readonly calls: number;
  /** Of the calls. */
  readonly failing: number;
  /** Asynchronous runs that were taken before and end now, by how they end. Default: none. */
  readonly asyncEnds?: readonly Partial<RunEnd>[];
  readonly openCircuits: number;
  readonly isClaudeHealthy: boolean;
}

/** What schedules call each minute, of which alarms watch that it is called. */
const EACH_MINUTE = ['ProbeDashdependenciesLambdaFunction', 'ReconcileDashbudgetsLambdaFunction'];

const WELL: Minute = { calls: 20, failing: 0, openCircuits: 0, isClaudeHealthy: true };

const eventsOf = ({ calls, failing, asyncEnds = [], openCircuits, isClaudeHealthy }: Minute): BallastEvent[] => [
  ...Array.from({ length: calls }, (_, index): BallastEvent[] => {
    const isFailing = index < failing;
    return [
      {
        ...SAMPLES['request.finished'],
        function: label('run-agent'),
        durationMs: 900,
        status: isFailing ? 503 : 200,
        error: isFailing ? label('upstream-overloaded') : null,
      },
      { ...SAMPLES['run.finished'], status: label(isFailing ? 'failed' : 'succeeded'), durationMs: 900 },
    ];
  }).flat(),
  ...asyncEnds.map((end): BallastEvent => ({ ...SAMPLES['run.finished'], mode: label('async'), ...end })),
  { ...SAMPLES['dependencies.probed'], openCircuits },
  {
    ...SAMPLES['dependency.probed'],
    dependency: label('claude'),
    status: label(isClaudeHealthy ? 'healthy' : 'unhealthy'),
  },
  { ...SAMPLES['budgets.reconciled'], failed: 0 },
];

interface Told {
  readonly alarm: string;
  readonly state: string;
  readonly means?: string;
  readonly action?: string;
  readonly children?: readonly string[];
}

let webhook: HttpTarget;
let slack: HttpTarget;
let clock: FakeClock;
// Far from now: the engine takes away what has expired by its own clock.
let startsAt = Date.UTC(2036, 10, 20);
beforeEach(async () => {
  [webhook, slack] = await Promise.all([startHttpTarget(), startHttpTarget()]);
  startsAt += 3 * 24 * 60 * MINUTE_MS;
  clock = createFakeClock(startsAt);
});
afterEach(() => Promise.all([webhook.close(), slack.close()]));

describeOnDynamoDb('what is told of an outage', (engine) => {
  /** The deployed function in an environment of its own. */
  const deliver = (event: unknown) => {
    const timers = new Set<object>();
    const own: Clock = {
      ...clock,
      after(ms, act) {
        const timer = {};
        timers.add(timer);
        const stop = clock.after(ms, () => (timers.delete(timer), act()));
        return () => (timers.delete(timer), stop());
      },
    };
    const notify = createNotifyAlarm({
      clock: own,
      log: createPrettyLog('ERROR', clock, () => undefined),
      emit: () => undefined,
      fetch: (url, init) => fetch(url, { ...init, signal: null }),
      table: engine().table('ControlTable'),
      hasCauses: true,
      random: seededRandom(1),
      publish: async () => undefined,
      secret: async () =>
        JSON.stringify({ slackWebhookUrl: slack.url, webhookUrl: webhook.url, webhookSecret: '0123456789abcdef' }),
    });
    const delivery = { isOver: false, waits: () => timers.size > 0 };
    void notify(event).finally(() => (delivery.isOver = true));
    return delivery;
  };

  const told = () => webhook.seen.map(({ body }) => JSON.parse(body) as Told);
  const shown = () => told().map(({ alarm, state }) => [alarm.replace('ballast-prod-', ''), state]);

  /** Each minute of the stage: its metrics, what CloudWatch makes of them, and what notify-alarm tells. */
  const live = async (template: Template, minutes: readonly Minute[]): Promise<void> => {
    const cloudWatch = createCloudWatch(template);
    let lines = '';
    const metrics = testMetrics((text) => (lines += text), { stage: 'prod' });
    let open: ReturnType<typeof deliver>[] = [];
    for (const [index, minute] of minutes.entries()) {
      for (const event of eventsOf(minute)) metrics.listen(event);
      await metrics.flush();
      cloudWatch.take(lines, clock.now());
      for (const each of EACH_MINUTE) cloudWatch.called(each, clock.now());
      lines = '';
      open.push(...cloudWatch.look(clock.now()).map((change) => deliver(snsEvent(change))));
      if (index % 5 === 0) open.push(deliver({ look: 'flapping' }));
      for (let passed = 0; passed < MINUTE_MS; passed += 10_000) {
        while (!open.every((each) => each.isOver || each.waits())) await new Promise((done) => setImmediate(done));
        await clock.advance(10_000);
      }
      open = open.filter(({ isOver }) => !isOver);
    }
    while (!open.every(({ isOver }) => isOver)) await clock.advance(10_000);
  };

  const many = (count: number, minute: Partial<Minute>) => Array<Minute>(count).fill({ ...WELL, ...minute });

  it('rings once, with what to do, and resolves once, for a provider that is away for a quarter of an hour', async () => {
    await live(await packagedTemplate('prod'), [
      ...many(10, {}),
      // The circuit opens within the minute, and is counted at the end of it.
      ...many(1, { failing: 20, isClaudeHealthy: false }),
      ...many(14, { failing: 20, openCircuits: 1, isClaudeHealthy: false }),
      ...many(90, {}),
    ]);
    expect(shown()).toEqual([
      ['provider-down', 'ALARM'],
      ['provider-down', 'OK'],
    ]);
    const { means, action } = RUNBOOK['provider-down'] ?? {};
    expect(told()[0]).toMatchObject({ means, action });
    expect(told()[0]?.children).toContain('ballast-prod-errors');
    expect(slack.seen).toHaveLength(2);
    expect(slack.seen[0]?.body).toContain(action);
  });

  it.each<[string, Partial<Minute>, string[]]>([
    ['errors without a cause', { failing: 5 }, ['errors', 'success-rate']],
    ['a circuit that nobody feels', { openCircuits: 1 }, ['circuit-open']],
    ['a dependency that nobody feels', { isClaudeHealthy: false }, ['probe-unhealthy']],
  ])('rings for %s as if there were no composite alarm, and tells its end', async (_what, minute, expected) => {
    await live(await packagedTemplate('prod'), [...many(10, {}), ...many(10, minute), ...many(90, {})]);
    expect(shown().toSorted()).toEqual(
      expected.flatMap((name) => [
        [name, 'ALARM'],
        [name, 'OK'],
      ]),
    );
  });

  it('rings for four failures of four calls', async () => {
    const four = many(1, { calls: 4, failing: 4 });
    await live(await packagedTemplate('prod'), [...many(10, { calls: 0 }), ...four, ...many(15, { calls: 0 })]);
    expect(shown()).toEqual([
      ['errors', 'ALARM'],
      ['errors', 'OK'],
    ]);
  });

  const lost = { status: label('failed'), reason: label('upstream-error'), isFault: true };
  const refused = { status: label('refused'), reason: label('budget-exceeded') };
  const outOfTime = { status: label('timed_out'), reason: label('upstream-timeout') };
  const cancelled = { status: label('cancelled'), reason: label('internal') };
  const stopped = { status: label('incomplete'), reason: label('max_cost') };

  it.each<[string, readonly Partial<RunEnd>[], boolean]>([
    ['four failures of four asynchronous runs', Array(4).fill(lost), true],
    ['one failure of ten', [lost, ...Array<object>(9).fill({})], true],
    ['one failure of eleven', [lost, ...Array<object>(10).fill({})], false],
    ['three failures of three', Array(3).fill(lost), false],
    ['four that were refused for money', Array(4).fill(refused), false],
    ['four that were cancelled', Array(4).fill(cancelled), false],
    ['four that their own time or limit ended', [outOfTime, outOfTime, stopped, stopped], false],
    ['three failures beside refused and cancelled ones', [lost, lost, lost, refused, cancelled], false],
  ])('of asynchronous runs: %s', async (_what, asyncEnds, rings) => {
    const minute = many(1, { calls: 0, asyncEnds });
    await live(await packagedTemplate('prod'), [...many(10, { calls: 0 }), ...minute, ...many(15, { calls: 0 })]);
    expect(shown()).toEqual(
      rings
        ? [
            ['errors', 'ALARM'],
            ['errors', 'OK'],
          ]
        : [],
    );
  });

  it('tells of errors that outlast their cause, and of their end', async () => {
    await live(await packagedTemplate('prod'), [
      ...many(10, {}),
      ...many(10, { failing: 20, openCircuits: 1 }),
      ...many(30, { failing: 20 }),
      ...many(90, {}),
    ]);
    expect(shown().filter(([name]) => name !== 'success-rate')).toEqual([
      ['provider-down', 'ALARM'],
      ['provider-down', 'OK'],
      ['errors', 'ALARM'],
      ['errors', 'OK'],
    ]);
  });
});

it('the composite alarm is the cause of all alarms that it is made of', async () => {
  const template = await packagedTemplate('prod');
  const follow = Object.entries(RUNBOOK).flatMap(([name, { follows }]) => (follows === undefined ? [] : [name]));
  const rule = String(resource(template, 'ProviderDownAlarm').Properties['AlarmRule']);
  const parts = [...rule.matchAll(/ALARM\("ballast-prod-([^"]+)"\)/g)].map(([, name]) => name);
  expect(follow).toEqual(expect.arrayContaining(parts));
  // What it looks at for so long that it may begin and end later.
  expect(follow.filter((name) => !parts.includes(name))).toEqual(['success-rate']);
  expect(ofType(template, 'AWS::CloudWatch::CompositeAlarm')).toHaveLength(1);
});

it.each<[string[], boolean]>([
  [['a'], false],
  [['a', 'c'], true],
  [['b', 'd'], true],
  [['c', 'd'], false],
])('a rule is read as CloudWatch reads it: %s', (on, expected) => {
  const rule = '(ALARM("a") OR ALARM("b")) AND (ALARM("c") OR ALARM("d"))';
  expect(isComposed(rule, new Set(on))).toBe(expected);
});
