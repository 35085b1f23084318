import { describe, expect, it } from 'vitest';
import { alarmFunctions } from '../../scripts/alarm-functions.ts';
import type { Template } from '../../scripts/compiled-template.ts';

const alarm = (name: string, metrics: readonly object[] = [{ Id: 'all', Expression: 'SUM(METRICS())' }]) => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: { AlarmName: name, Metrics: metrics, AlarmActions: ['topic'] },
});

/** A template of so many functions, with the alarm and these others. */
const templateOf = (count: number, others: Template['Resources'] = {}): Template => ({
  Resources: {
    ...Object.fromEntries(
      Array.from({ length: count }, (_, at) => [`F${at}`, { Type: 'AWS::Lambda::Function', Properties: {} }]),
    ),
    LambdaErrorsAlarm: alarm('lambda-errors'),
    ...others,
  },
});

/** The functions that an alarm counts, and its name. */
const countedBy = (template: Template, id: string) => {
  const { AlarmName, Metrics } = template.Resources[id]?.Properties ?? {};
  const refs = [...JSON.stringify(Metrics ?? []).matchAll(/"Ref":"(\w+)"/g)].map(([, ref]) => ref);
  return { name: AlarmName, functions: refs };
};

describe('alarms over every function', () => {
  it('count each function’s errors, beside the sum', () => {
    const template = templateOf(2);
    alarmFunctions(template);
    expect(countedBy(template, 'LambdaErrorsAlarm')).toEqual({ name: 'lambda-errors', functions: ['F0', 'F1'] });
    const metrics = template.Resources['LambdaErrorsAlarm']?.Properties['Metrics'] as object[];
    expect(metrics[0]).toEqual({ Id: 'all', Expression: 'SUM(METRICS())' });
    expect(JSON.stringify(metrics)).not.toContain('Throttles');
  });

  it('are as many as it takes, ten functions to each', () => {
    const template = templateOf(23);
    alarmFunctions(template);
    const alarms = ['LambdaErrorsAlarm', 'LambdaErrorsAlarm2', 'LambdaErrorsAlarm3'].map((id) =>
      countedBy(template, id),
    );
    expect(alarms.map(({ name }) => name)).toEqual(['lambda-errors', 'lambda-errors-2', 'lambda-errors-3']);
    expect(alarms.map(({ functions }) => functions.length)).toEqual([10, 10, 3]);
    expect(template.Resources['LambdaErrorsAlarm3']?.Properties['AlarmActions']).toEqual(['topic']);
  });

  it('leave out a function whose errors another alarm counts', () => {
    const own = [{ MetricStat: { Metric: { MetricName: 'Errors', Dimensions: [{ Value: { Ref: 'F1' } }] } } }];
    const template = templateOf(3, { GatewayErrorsAlarm: alarm('gateway-errors', own) });
    alarmFunctions(template);
    expect(countedBy(template, 'LambdaErrorsAlarm').functions).toEqual(['F0', 'F2']);
    const calls = [{ MetricStat: { Metric: { MetricName: 'Invocations' } } }];
    const silent = templateOf(3, { ProbeSilentAlarm: alarm('probe-silent', [...calls, ...own]) });
    alarmFunctions(silent);
    expect(countedBy(silent, 'LambdaErrorsAlarm').functions).toEqual(['F0', 'F1', 'F2']);
  });

  it('leave out the errors of the function that tells of alarms, which they would keep going', () => {
    const teller = { NotifyDashalarmLambdaFunction: { Type: 'AWS::Lambda::Function', Properties: {} } };
    const template = templateOf(2, teller);
    alarmFunctions(template);
    expect(countedBy(template, 'LambdaErrorsAlarm').functions).toEqual(['F0', 'F1']);
  });
});
