import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RUNBOOK } from '../../lib/alerts/alarm/runbook.ts';
import { withLooks } from '../../scripts/alarm-looks.ts';
import { alarmPage, alarmTexts, declaredAlarms, withAlarmTable } from '../../scripts/alarm-parameters.ts';
import type { Template } from '../../scripts/compiled-template.ts';
import { compileStage } from '../../scripts/cost/compile-stage.ts';
import { dropUnset } from '../../scripts/declare-alarms.ts';
import { declareHealthInterval } from '../../scripts/declare-health-interval.ts';
import { ROOT } from './packaged.ts';

const alarms = declaredAlarms(alarmTexts(ROOT));

const madeIn = ({ Resources }: Template): string[] =>
  Object.values(Resources)
    .filter(({ Type }) => /^AWS::CloudWatch::(?:Composite)?Alarm$/.test(Type))
    .map(({ Properties }) => String(Properties['AlarmName']).replace('ballast-prod-', ''));

/** What depends on how often the dependencies are probed. */
const probing = ({ Resources }: Template) => {
  const periods = ['ProbeSilentAlarm', 'ProbeUnhealthyAlarm', 'CircuitOpenAlarm', 'ReconcileSilentAlarm'].map((id) => [
    ...new Set(
      [...JSON.stringify(Resources[id] ?? {}).matchAll(/"Period":(\d+)/g)].map(([, period]) => Number(period)),
    ),
  ]);
  const rate = (called: string) =>
    Object.values(Resources).find(
      ({ Type, Properties }) => Type === 'AWS::Scheduler::Schedule' && JSON.stringify(Properties).includes(called),
    )?.Properties['ScheduleExpression'];
  return { periods, rates: [rate('ProbeDashdependencies'), rate('ReconcileDashbudgets')] };
};

const yaml = (lines: string) => `One:\n  Type: AWS::CloudWatch::Alarm\n  Properties:\n    AlarmName: one\n${lines}\n`;

describe('each alarm of infra', () => {
  it('has a parameter of its own', () => {
    expect(alarms.map(({ name }) => name).toSorted()).toEqual(Object.keys(RUNBOOK).toSorted());
    expect(new Set(alarms.map(({ parameter }) => parameter)).size).toBe(alarms.length);
  });

  it.each([
    ['a fixed threshold', '    Threshold: 1', 'One must have one parameter that says when it goes off.'],
    ['none', '    Period: 60', 'One must have one parameter that says when it goes off.'],
    [
      'two',
      '    Threshold: ${param:a}\n    EvaluationPeriods: ${param:b}',
      'One must have one parameter that says when it goes off.',
    ],
  ])('is refused with %s', (_what, lines, message) => {
    expect(() => declaredAlarms([yaml(lines)])).toThrow(message);
  });

  it('is refused with the parameter of another', () => {
    const one = yaml('    Threshold: ${param:a}');
    expect(() => declaredAlarms([one, one.replace('One:', 'Two:').replace('one', 'two')])).toThrow(
      'two shares the parameter a with another alarm.',
    );
  });

  it('goes off elsewhere, or is not made, by that parameter alone', () => {
    const off = compileStage(
      ROOT,
      'prod',
      [],
      // No canary without an alarm that can take it back.
      [...alarms.map(({ parameter }) => `${parameter}=off`), 'canaryPercent=off', 'canaryMinutes=off'],
    );
    expect(madeIn(off)).toEqual([]);
    const changed = ['circuitOpenAlarmThreshold=2', 'probeSilentAlarmCount=7', 'runsLostAlarmThreshold=off'];
    expect(probing(off).rates).toEqual(['rate(1 minute)', 'rate(1 minute)']);
    const other = compileStage(ROOT, 'prod', [], [...changed, 'providerDownAlarm=false', 'healthIntervalMinutes=5']);
    expect(Number(other.Resources['CircuitOpenAlarm']?.Properties['Threshold'])).toBe(2);
    expect(Number(other.Resources['ProbeSilentAlarm']?.Properties['EvaluationPeriods'])).toBe(7);
    expect(probing(other)).toEqual({
      periods: [[300], [300], [300], [60]],
      rates: ['rate(5 minutes)', 'rate(1 minute)'],
    });
    const variables = other.Resources['HealthLambdaFunction']?.Properties['Environment'];
    expect(JSON.stringify(variables)).toMatch(/"HEALTH_INTERVAL_MINUTES":"?5"?/);
    const teller = other.Resources['NotifyDashalarmLambdaFunction']?.Properties['Environment'];
    expect(JSON.stringify(teller)).toContain('"COMPOSITE_ALARMS":"false"');
    const made = madeIn(other);
    expect(Object.keys(RUNBOOK).filter((name) => !made.includes(name))).toEqual([
      'provider-down',
      'daily-forecast',
      'runs-lost',
    ]);
  });

  it.each([
    [{ Threshold: 'many' }, 'its threshold must be a number'],
    [{ Threshold: ' ' }, 'its threshold must be a number'],
    [{ Threshold: 1, EvaluationPeriods: '0' }, 'its count must be a whole number of at least 1'],
    [
      { Threshold: 1, EvaluationPeriods: 5, DatapointsToAlarm: '2.5' },
      'its count must be a whole number of at least 1',
    ],
    [{ Threshold: 1, EvaluationPeriods: 5, DatapointsToAlarm: 6 }, 'its count must be at most 5'],
    [{ ActionsEnabled: 'yes' }, 'its parameter must be true or false'],
  ])('of %j stops the packaging', (Properties, message) => {
    const Resources = { OwnAlarm: { Type: 'AWS::CloudWatch::Alarm', Properties } };
    expect(() => dropUnset({ Resources })).toThrow(`OwnAlarm: ${message}.`);
  });

  it.each([{ Threshold: '' }, { Threshold: 'off' }, { DatapointsToAlarm: '' }, { EvaluationPeriods: 'off' }])(
    'of %j is not made',
    (Properties) => {
      const Resources = { OwnAlarm: { Type: 'AWS::CloudWatch::Alarm', Properties } };
      dropUnset({ Resources });
      expect(Resources).toEqual({});
    },
  );

  it.each([{ Threshold: '0' }, { Threshold: { Ref: 'Mine' } }, { ActionsEnabled: 'true' }, {}])(
    'of %j is made',
    (Properties) => {
      const Resources = { OwnAlarm: { Type: 'AWS::CloudWatch::Alarm', Properties } };
      dropUnset({ Resources });
      expect(Object.keys(Resources)).toEqual(['OwnAlarm']);
    },
  );
});

describe('the interval of the health checks', () => {
  it.each(['', '0', '61', '1.5', 'often', null])('is not %j', (interval) => {
    expect(() => declareHealthInterval({ Resources: {} }, interval)).toThrow(
      'healthIntervalMinutes must be a whole number from 1 to 60.',
    );
  });

  it('of a minute changes nothing, and another the probe and its alarms alone', () => {
    const rule = (called: string) => ({
      Type: 'AWS::Scheduler::Schedule',
      Properties: { ScheduleExpression: 'rate(1 minute)', Target: { Arn: { 'Fn::GetAtt': [called, 'Arn'] } } },
    });
    const alarm = () => ({ Type: 'AWS::CloudWatch::Alarm', Properties: { Period: 60 } });
    const template = (): Template => ({
      Resources: {
        Probe: rule('ProbeDashdependenciesLambdaFunction'),
        Reconcile: rule('ReconcileDashbudgetsLambdaFunction'),
        CircuitOpenAlarm: alarm(),
        OwnAlarm: alarm(),
      },
    });
    const [each, rarely] = [template(), template()];
    declareHealthInterval(each, '1');
    expect(each).toEqual(template());
    declareHealthInterval(rarely, '15');
    expect(probing(rarely).rates).toEqual(['rate(15 minutes)', 'rate(1 minute)']);
    expect(rarely.Resources['CircuitOpenAlarm']?.Properties).toEqual({ Period: 900 });
    expect(rarely.Resources['OwnAlarm']?.Properties).toEqual({ Period: 60 });
  });
});

it('docs/operations.md has each alarm, with the command that shows what is the matter', async () => {
  const page = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
  expect(page, 'npm run alarm-table').toBe(await withLooks(page));
  for (const [name, { look }] of Object.entries(RUNBOOK))
    expect(page).toMatch(new RegExp(`\\| \\[${name}\\]\\(alarms\\.md#${name}\\) .*${RegExp.escape(look)}`));
});

describe('the table of docs/configuration.md', () => {
  it('is what infra and serverless.yml say', async () => {
    const { path, text } = await alarmPage(ROOT);
    expect(readFileSync(path, 'utf8'), 'npm run alarm-table').toBe(text);
  });

  it('tells what an alarm goes off at, and the stages that have another value', async () => {
    const page = readFileSync(join(ROOT, 'docs/configuration.md'), 'utf8');
    const [cost] = alarms.filter(({ name }) => name === 'run-cost');
    const params = { default: { runCostAlarmUsd: 2 }, staging: { runCostAlarmUsd: '' }, prod: { runCostAlarmUsd: 9 } };
    const text = await withAlarmTable(page, cost ? [cost] : [], params);
    expect(text).toMatch(
      /\| `runCostAlarmUsd` \| `2`; `staging`: none; `prod`: `9` \| ticket +\| \[run-cost\].*: more than so many US dollars in 5 minutes/,
    );
    await expect(withAlarmTable(page, alarms, { default: {} })).rejects.toThrow('serverless.yml has no value for');
  });
});
