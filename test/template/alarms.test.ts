import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { messages } from '../../functions/messages.ts';
import { runAgent } from '../../functions/run-agent.ts';
import { RUNBOOK } from '../../lib/alerts/alarm/runbook.ts';
import { PROBLEMS } from '../../lib/http/response/problem.ts';
import { label } from '../../lib/kernel/redacted.ts';
import { METRICS } from '../../lib/telemetry/metrics/metric-names.ts';
import { httpEvent, invokeStreaming } from '../functions/invoke.ts';
import { functionParts } from '../functions/parts.ts';
import { type Published, published } from '../telemetry/embedded-format.ts';
import { SAMPLES } from '../telemetry/events.ts';
import { testMetrics } from '../telemetry/metric-lines.ts';
import { alarmDefects, alarmedMetrics } from './alarms.ts';
import { packaged, packagedTemplate, ROOT, type Stage, STAGES } from './packaged.ts';
import { at, ofType, plant, type Resource, resource, type Template } from './template.ts';

beforeAll(packaged);

/** All that the real listener writes in a stage: for an event of each type, and for a request to the real handler. */
const emitted = async (stage: Stage): Promise<Published[]> => {
  const lines: string[] = [];
  const write = (text: string) => lines.push(...text.trimEnd().split('\n'));
  const metrics = testMetrics(write, { stage });
  const parts = { ...functionParts(async () => Promise.reject(new Error('broken'))), flush: metrics.flush };
  const events = Object.entries(SAMPLES).filter(([type]) => type !== 'request.finished');
  for (const [, event] of events) metrics.listen(event);
  // Refusals, as the table of problems has them.
  for (const code of ['unauthenticated', 'rate-limited', 'forbidden', 'not-found', 'internal'] as const)
    metrics.listen({ ...SAMPLES['request.finished'], status: PROBLEMS[code].status, error: label(code) });
  // `/health` of a stage that is not well.
  metrics.listen({ ...SAMPLES['request.finished'], status: 503, error: null });
  const heard = { ...parts, emit: metrics.listen };
  await invokeStreaming(runAgent(heard), httpEvent());
  const body = JSON.stringify({
    model: 'claude-sonnet-5-5',
    max_tokens: 9,
    messages: [{ role: 'user', content: 'Hi' }],
  });
  const callMessages = () => Promise.reject(new Error('broken'));
  const authenticate = async (key: string) => ({
    ...(await parts.authenticator.authenticate(key)),
    scopes: ['messages:write'] as const,
  });
  await invokeStreaming(
    messages({ ...heard, authenticator: { authenticate }, callMessages }),
    httpEvent({ path: '/v1/messages', body }),
  );
  await metrics.flush();
  return lines.flatMap(published);
};

/** Without the second ones of those that are over more functions than an alarm takes. */
const names = (template: Template): string[] => {
  const types = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'];
  const all = types
    .flatMap((type) => ofType(template, type))
    .map(([, { Properties }]) => String(Properties['AlarmName']).replace(/^ballast-(dev|staging|prod)-/, ''));
  return all.filter((name) => !all.includes(name.replace(/-\d$/, '')) || !/-\d$/.test(name));
};

/** A stage with the alarm that is off by default too, as `infra` declares it. */
const withForecast = async (stage: Stage): Promise<Template> => {
  const template = await packagedTemplate(stage);
  const text = readFileSync(join(ROOT, 'infra/limit-alarms.yml'), 'utf8')
    .replaceAll('${sls:stage}', stage)
    .replaceAll('${param:dailyForecastAlarmUsd}', '500');
  const { DailyForecastAlarm } = parse(text, { merge: true }) as Record<string, Resource>;
  return { ...template, Resources: { ...template.Resources, ...(DailyForecastAlarm && { DailyForecastAlarm }) } };
};

describe('the alarms', () => {
  it.each(STAGES)(
    'look at metrics that the code emits under that name, namespace and dimensions in %s',
    async (stage) => {
      expect(alarmDefects(await withForecast(stage), stage, await emitted(stage))).toEqual([]);
    },
  );

  it('are there for what the operator must hear of', async () => {
    const template = await withForecast('prod');
    expect(names(template).toSorted()).toEqual(Object.keys(RUNBOOK).toSorted());
    expect(names(template).length).toBe(42);
    expect(new Set(alarmedMetrics(template)).size).toBe(23);
  });

  it('that cost and say little are not made in staging, by an empty parameter', async () => {
    const [staging, prod] = [names(await packagedTemplate('staging')), names(await packagedTemplate('prod'))];
    expect(prod.filter((name) => !staging.includes(name))).toEqual(['daily-spend']);
  });

  it('of the forecast is made in no stage that does not set its parameter', async () => {
    for (const stage of STAGES) expect(names(await packagedTemplate(stage)), stage).not.toContain('daily-forecast');
    expect(names(await withForecast('prod'))).toContain('daily-forecast');
  });

  it('of dev are those of the severity page, but no composite one, by a parameter', async () => {
    const pages = Object.entries(RUNBOOK).filter(([, { severity }]) => severity === 'page');
    const expected = pages.map(([name]) => name).filter((name) => name !== 'provider-down');
    expect(names(await packagedTemplate('dev')).toSorted()).toEqual(expected.toSorted());
    expect(expected).toEqual(expect.arrayContaining(['errors', 'api-errors', 'notify-failing', 'lambda-throttles']));
  });

  it.each<[string, number, number, boolean]>([
    ['ErrorsAlarm', 4, 1, true],
    ['ErrorsAlarm', 3, 1, false],
    ['ErrorsAlarm', 50_000, 5 / 50_000, false],
    ['ErrorsAlarm', 40, 0.1, true],
    ['SuccessRateAlarm', 20, 0.06, true],
    ['SuccessRateAlarm', 20, 0.05, false],
    ['SuccessRateAlarm', 19, 1, false],
    ['ToolFailuresAlarm', 10, 0.5, true],
    ['ToolFailuresAlarm', 9, 1, false],
  ])('%s of %i calls, of which this part failed: %d', async (id, calls, part, rings) => {
    const { Properties } = resource(await packagedTemplate('prod'), id);
    const expression = String(at(Properties, 'Metrics', 0, 'Expression'));
    // The little of metric math that is used here reads as JavaScript.
    const [, least, then, otherwise] = /^IF\(calls >= (\d+), (.+), (\d+)\)$/.exec(expression) ?? [];
    const value = calls >= Number(least) ? 100 * (then === '100 * part' ? part : 1 - part) : Number(otherwise);
    expect(['100 * part', '100 * (1 - part)']).toContain(then);
    const threshold = Number(Properties['Threshold']);
    expect(Properties['ComparisonOperator'] === 'LessThanThreshold' ? value < threshold : value >= threshold).toBe(
      rings,
    );
    expect(at(Properties, 'Metrics', 1, 'MetricStat', 'Stat')).toBe('Average');
    expect(at(Properties, 'Metrics', 2, 'MetricStat', 'Stat')).toBe('SampleCount');
  });

  it.each<[string, Record<string, number>, boolean]>([
    ['crashes that Ballast knows nothing of', { gateway: 5 }, true],
    ['answers that Ballast gave itself', { gateway: 40, own: 40 }, false],
    ['both together', { gateway: 45, own: 40 }, true],
    ['errors that reached nobody by API Gateway', { own: 5 }, false],
  ])('of API Gateway go off for the stage’s answers that are not Ballast’s own: %s', async (_what, sums, rings) => {
    const { Properties } = resource(await packagedTemplate('prod'), 'ApiErrorsAlarm');
    const [{ Expression }, ...metrics] = Properties['Metrics'] as [{ Expression: string }, ...unknown[]];
    expect(metrics.map((one) => [at(one, 'Id'), at(one, 'MetricStat', 'Metric', 'MetricName')])).toEqual([
      ['gateway', '5XXError'],
      ['own', 'OwnServerAnswers'],
    ]);
    for (const one of metrics) expect(at(one, 'MetricStat')).toMatchObject({ Stat: 'Sum', Period: 300 });
    // The little of metric math that is used here: sums that are filled with 0, each added or subtracted.
    const parts = [...Expression.matchAll(/(^| - )FILL\((\w+), 0\)/g)];
    expect(parts.map(([part]) => part).join('')).toBe(Expression);
    const value = parts.reduce((sum, [, minus, id = '']) => sum + (minus === '' ? 1 : -1) * (sums[id] ?? 0), 0);
    expect(value >= Number(Properties['Threshold'])).toBe(rings);
  });

  it('of API Gateway look at the API of the stage', async () => {
    const template = await packagedTemplate('prod');
    const dimensions = at(
      resource(template, 'ApiErrorsAlarm').Properties,
      ...['Metrics', 1, 'MetricStat', 'Metric', 'Dimensions'],
    );
    expect(dimensions).toEqual([
      { Name: 'ApiName', Value: resource(template, 'ApiGatewayRestApi').Properties['Name'] },
      { Name: 'Stage', Value: 'prod' },
    ]);
  });

  it('that tell of the teller are mailed without it', async () => {
    const { AlarmActions, OKActions } = resource(await packagedTemplate('prod'), 'NotifyFailingAlarm').Properties;
    expect([AlarmActions, OKActions]).toEqual(Array(2).fill([{ Ref: 'AlarmTopic' }, { Ref: 'NoticeTopic' }]));
  });

  it('count the failures of the teller in the queue of what it gave up, and in no sum that it would have to tell', async () => {
    const template = await packagedTemplate('prod');
    const sums = ofType(template, 'AWS::CloudWatch::Alarm').filter(([id]) => id.startsWith('LambdaErrorsAlarm'));
    expect(sums.length).toBeGreaterThan(0);
    expect(JSON.stringify(sums)).not.toContain('NotifyDashalarm');
    const { Properties } = resource(template, 'NotifyDashalarmLambdaFunction');
    const queue = resource(template, 'NotifyFailingAlarm').Properties['Dimensions'];
    expect(at(Properties, 'DeadLetterConfig', 'TargetArn', 'Fn::GetAtt', 0)).toBe('NotifyDeadLetters');
    expect(at(queue, 0, 'Value', 'Fn::GetAtt', 0)).toBe('NotifyDeadLetters');
  });

  it('make the one composite alarm of those that there are', async () => {
    const template = await packagedTemplate('staging');
    const { Properties, DependsOn } = resource(template, 'ProviderDownAlarm');
    const watched = [...String(Properties['AlarmRule']).matchAll(/ALARM\("([^"]+)"\)/g)].map(([, name]) => name);
    const needed = (DependsOn as string[]).map((id) => resource(template, id).Properties['AlarmName']);
    expect(watched.toSorted()).toEqual(needed.toSorted());
    expect(Properties['AlarmActions']).toEqual([{ Ref: 'AlarmTopic' }]);
  });

  it('leave room below the 500 resources that a stack takes', async () => {
    expect(Object.keys((await packagedTemplate('prod')).Resources).length).toBeLessThan(450);
  });

  it('each have a section in docs/alarms.md, which has none for others', async () => {
    const sections = [...readFileSync(join(ROOT, 'docs/alarms.md'), 'utf8').matchAll(/^### ([\w-]+)$/gm)];
    expect(sections.map(([, name]) => name).toSorted()).toEqual(names(await withForecast('prod')).toSorted());
  });

  it('have all metrics in the table of docs/alarms.md, by what each is published, and no others', () => {
    const rows = readFileSync(join(ROOT, 'docs/alarms.md'), 'utf8')
      .split('\n## Metrics\n')[1]
      ?.split('\n')
      .filter((line) => line.startsWith('| `'));
    const listed = rows?.flatMap((row) => {
      const [, names = '', by = ''] = row.split('|');
      return [...names.matchAll(/`(\w+)`/g)].map(([, name]) => [name, by.trim()]);
    });
    const shown = (by: readonly (readonly string[])[]) => by.map((set) => set.join(', ') || 'all').join('; ');
    expect(listed?.toSorted()).toEqual(
      Object.entries(METRICS)
        .map(([name, { by }]) => [name, shown(by)])
        .toSorted(),
    );
  });

  it('go off where their sentence says: at a threshold, above it or below it', async () => {
    const words = {
      GreaterThanOrEqualToThreshold: 'at least',
      GreaterThanThreshold: 'more than',
      LessThanThreshold: 'less than',
    };
    const template = await packagedTemplate('prod');
    const said = ofType(template, 'AWS::CloudWatch::Alarm').flatMap(([id, { Properties }]) => {
      const name = String(Properties['AlarmName']).replace('ballast-prod-', '');
      const [, word] = /\b(at least|more than|less than) `\w+Alarm\w+`/.exec(RUNBOOK[name]?.means ?? '') ?? [];
      return word === undefined ? [] : [[id, word, words[Properties['ComparisonOperator'] as keyof typeof words]]];
    });
    expect(said.length).toBeGreaterThan(10);
    for (const [id, word, expected] of said) expect([id, word]).toEqual([id, expected]);
  });

  it('take silence for what it is: of what runs each minute an alarm, of errors none, and of circuits that there is none open', async () => {
    const template = await packagedTemplate('prod');
    const silence = (id: string) => resource(template, id).Properties['TreatMissingData'];
    const silent = { ProbeSilentAlarm: 'ProbeDashdependencies', ReconcileSilentAlarm: 'ReconcileDashbudgets' };
    for (const [id, name] of Object.entries(silent)) {
      expect(silence(id)).toBe('breaching');
      const { Properties } = resource(template, id);
      expect(Properties).toMatchObject({ ComparisonOperator: 'LessThanThreshold', EvaluationPeriods: 5, Threshold: 1 });
      // By what Lambda itself counts: calls that ended well.
      const [done, ...metrics] = Properties['Metrics'] as [{ Expression: string }, ...unknown[]];
      expect(done.Expression).toBe('FILL(calls, 0) - FILL(failed, 0)');
      expect(metrics.map((one) => [at(one, 'Id'), at(one, 'MetricStat')])).toEqual(
        [
          ['calls', 'Invocations'],
          ['failed', 'Errors'],
        ].map(([id, MetricName]) => [
          id,
          {
            Metric: {
              Namespace: 'AWS/Lambda',
              MetricName,
              Dimensions: [{ Name: 'FunctionName', Value: { Ref: `${name}LambdaFunction` } }],
            },
            Period: 60,
            Stat: 'Sum',
          },
        ]),
      );
    }
    const ofEvents = [
      'ErrorsAlarm',
      'SuccessRateAlarm',
      'BudgetDriftAlarm',
      'ReservationsLostAlarm',
      'ReconcileFailuresAlarm',
    ];
    for (const id of [...ofEvents, 'CredentialRejectedAlarm', 'RunsDegradedAlarm', 'UsageUnpricedAlarm'])
      expect(silence(id)).toBe('notBreaching');
    // Not counted while there is none; but one minute that was missed ends no alarm.
    expect(resource(template, 'CircuitOpenAlarm').Properties).toMatchObject({
      TreatMissingData: 'notBreaching',
      Period: 60,
      EvaluationPeriods: 5,
      DatapointsToAlarm: 1,
    });
  });

  it.each(['staging', 'prod'] as const)(
    'go off for latency before a run is ended by its deadline in %s',
    async (stage) => {
      const template = await packagedTemplate(stage);
      const threshold = (id: string) => Number(resource(template, id).Properties['Threshold']);
      const variables = at(resource(template, 'RunDashagentLambdaFunction'), 'Properties', 'Environment', 'Variables');
      expect(threshold('LatencyP95Alarm')).toBeLessThan(threshold('LatencyP99Alarm'));
      expect(threshold('LatencyP99Alarm')).toBeLessThan(Number(at(variables, 'RUN_TIMEOUT_MS')));
      expect(threshold('MessagesLatencyP95Alarm')).toBeLessThan(threshold('MessagesLatencyP99Alarm'));
      expect(threshold('MessagesLatencyP99Alarm')).toBeLessThan(Number(at(variables, 'STREAM_TIMEOUT_MS')));
      // Each API has alarms of its own: the runs do not show that the messages are slow.
      for (const [id, name] of [
        ['LatencyP95Alarm', 'run-agent'],
        ['MessagesLatencyP95Alarm', 'messages'],
      ] as const)
        expect(at(resource(template, id).Properties, 'Dimensions', 2, 'Value')).toBe(name);
    },
  );

  it.each<[string, (string | number)[], unknown, string]>([
    ['another metric', ['RunsDegradedAlarm', 'Properties', 'MetricName'], 'Errors', 'nothing emits'],
    ['another namespace', ['RunsDegradedAlarm', 'Properties', 'Namespace'], 'ballast', 'nothing emits'],
    [
      'a dimension too few',
      ['RunsDegradedAlarm', 'Properties', 'Dimensions'],
      [{ Name: 'service', Value: 'ballast' }],
      'nothing emits',
    ],
    ['another stage', ['RunsDegradedAlarm', 'Properties', 'Dimensions', 1, 'Value'], 'prod', 'nothing emits'],
    ['another function', ['LatencyP95Alarm', 'Properties', 'Dimensions', 2, 'Value'], 'run', 'nothing emits'],
    ['an alarm that tells nobody', ['ErrorsAlarm', 'Properties', 'AlarmActions'], [], 'not told by AlarmActions'],
    ['an alarm that never ends', ['ErrorsAlarm', 'Properties', 'OKActions'], [], 'not told by OKActions'],
    ['silence without a meaning', ['ErrorsAlarm', 'Properties', 'TreatMissingData'], undefined, 'silence'],
    [
      'another outcome of reservations',
      ['ReservationsLostAlarm', 'Properties', 'Dimensions', 2, 'Value'],
      'recorded',
      'nothing emits',
    ],
    [
      'a sum of more metrics than CloudWatch takes',
      ['LambdaErrorsAlarm', 'Properties', 'Metrics', 11],
      { MetricStat: { Metric: { Namespace: 'AWS/Lambda', MetricName: 'Errors' } } },
      'more than 10 metrics',
    ],
    ['a function without an alarm', ['LambdaErrorsAlarm', 'Properties', 'Metrics', 1], {}, 'are in no alarm'],
    [
      'dead letters that nobody hears of',
      ['RunStatusLostAlarm', 'Properties', 'Dimensions', 0, 'Value', 'Fn::GetAtt', 0],
      'RunDeadLetters',
      'RunStatusDeadLetters has no alarm',
    ],
  ])('would show %s', async (_defect, path, value, complaint) => {
    const broken = plant(await packagedTemplate('staging'), path, value);
    expect(alarmDefects(broken, 'staging', await emitted('staging')).join('\n')).toContain(complaint);
  });
});
