import { describe, expect, it } from 'vitest';
import { RUNBOOK } from '../../lib/alerts/alarm/runbook.ts';
import { compileStage } from '../../scripts/cost/compile-stage.ts';
import { ROOT } from './packaged.ts';
import { at } from './template.ts';

/** What an operator hears of, in the words that were promised, and the alarms that tell it. */
const PROMISED: readonly (readonly [string, readonly string[]])[] = [
  ['the rate of errors, with a floor of calls', ['errors']],
  ['success under 95 % an hour', ['success-rate']],
  ['latency of both APIs', ['latency-p95', 'latency-p99', 'messages-latency-p95', 'messages-latency-p99']],
  ['a run over $1', ['run-cost']],
  ['spend of the day, and what it will be', ['daily-spend', 'daily-forecast']],
  ['budgets that refuse', ['budget-refusals']],
  ['floods of 401, 429, 403 and 404', ['unauthenticated', 'rate-limited', 'forbidden', 'not-found']],
  ['an open circuit', ['circuit-open']],
  ['dead letters', ['runs-lost', 'run-status-lost', 'notify-failing']],
  ['stuck runs', ['runs-stuck']],
  ['concurrency, and throttles of Lambda and DynamoDB', ['concurrency', 'lambda-throttles', 'dynamodb-throttles']],
  ['5XX of API Gateway', ['api-errors']],
  ['drift', ['budget-drift']],
  ['a probe that fails or is silent', ['probe-unhealthy', 'probe-silent']],
  ['alarms that could not be told', ['notify-failing']],
  ['one cause of many', ['provider-down']],
  ['each function', ['lambda-errors', 'gateway-errors', 'run-worker-errors']],
  ['tools that fail', ['tool-failures']],
];

/** Every alarm on, those that are off by default too. */
const template = compileStage(ROOT, 'prod', [], ['dailyForecastAlarmUsd=500']);
const named = new Map(
  Object.values(template.Resources)
    .filter(({ Type }) => /^AWS::CloudWatch::(?:Composite)?Alarm$/.test(Type))
    .map(({ Properties }) => [String(Properties['AlarmName']).replace('ballast-prod-', ''), Properties]),
);
const of = (name: string) => named.get(name) ?? {};

/** The metrics that an alarm looks at, each with its statistic and period. */
const looksAt = (name: string): string[] => {
  const { Namespace, MetricName, Statistic, ExtendedStatistic, Period, Metrics = [] } = of(name);
  const one = MetricName === undefined ? [] : [[Namespace, MetricName, Statistic ?? ExtendedStatistic, Period]];
  const several = (Metrics as readonly unknown[])
    .filter((each) => at(each, 'MetricStat') !== undefined)
    .map((each) => [
      ...['Namespace', 'MetricName'].map((field) => at(each, 'MetricStat', 'Metric', field)),
      at(each, 'MetricStat', 'Stat'),
      at(each, 'MetricStat', 'Period'),
    ]);
  return [...new Set([...one, ...several].map((each) => each.map(String).join(' ')))];
};

describe('the operator hears of', () => {
  it.each(PROMISED)('%s, by %j', (_words, names) => {
    for (const name of names) {
      expect([name, named.has(name), Object.hasOwn(RUNBOOK, name)]).toEqual([name, true, true]);
      expect(of(name)['AlarmActions']).toEqual(of(name)['OKActions']);
      expect(of(name)['AlarmActions']).toContainEqual({ Ref: 'AlarmTopic' });
    }
  });

  it('10 % errors of at least four calls in five minutes', () => {
    expect(Number(of('errors')['Threshold'])).toBe(10);
    expect(JSON.stringify(of('errors')['Metrics'])).toContain('IF(calls >= 4, 100 * part, 0)');
    expect(looksAt('errors')).toEqual(['Ballast FailedCalls Average 300', 'Ballast FailedCalls SampleCount 300']);
  });

  it('less than 95 % of success in an hour', () => {
    expect(of('success-rate')).toMatchObject({ ComparisonOperator: 'LessThanThreshold' });
    expect(Number(of('success-rate')['Threshold'])).toBe(95);
    expect(looksAt('success-rate')).toEqual(['Ballast FailedRuns Average 3600', 'Ballast FailedRuns SampleCount 3600']);
  });

  it('the dearest run by itself, not the mean of them', () => {
    expect(Number(of('run-cost')['Threshold'])).toBe(1);
    expect(of('run-cost')).toMatchObject({ ComparisonOperator: 'GreaterThanThreshold' });
    expect(looksAt('run-cost')).toEqual(['Ballast RunCostMicroUsd Maximum 300']);
  });

  it('what a day has cost, and what it will', () => {
    expect(looksAt('daily-spend')).toEqual(['Ballast CostMicroUsd Sum 86400']);
    expect(looksAt('daily-forecast')).toEqual(['Ballast DailyForecastMicroUsd Maximum 300']);
  });

  it('refused reads and writes of every table', () => {
    const tables = Object.keys(template.Resources).filter(
      (id) => template.Resources[id]?.Type === 'AWS::DynamoDB::Table',
    );
    expect(tables.length).toBe(3);
    for (const id of tables)
      expect(JSON.stringify(of('dynamodb-throttles')).split(JSON.stringify({ Ref: id }))).toHaveLength(3);
  });

  it('every queue of dead letters, and every function', () => {
    const text = JSON.stringify([...named.values()]);
    const ids = (type: string) => Object.keys(template.Resources).filter((id) => template.Resources[id]?.Type === type);
    const letters = ids('AWS::SQS::Queue').filter((id) => id.includes('DeadLetters'));
    expect(letters.length).toBeGreaterThanOrEqual(3);
    for (const id of letters) expect([id, text.includes(`"${id}"`)]).toEqual([id, true]);
    // Its own failures would ring for ever: what it could not tell is in its queue.
    const functions = ids('AWS::Lambda::Function').filter((id) => id !== 'NotifyDashalarmLambdaFunction');
    for (const id of functions) expect([id, text.includes(`{"Ref":"${id}"}`)]).toEqual([id, true]);
  });
});
