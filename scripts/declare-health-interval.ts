import { ofType, type Resource, type Template } from './compiled-template.ts';

const PROBE = 'ProbeDashdependenciesLambdaFunction';

/** Alarms on what each probe counts: a period of theirs is the time from one probe to the next. */
const ALARMS = ['ProbeSilentAlarm', 'ProbeUnhealthyAlarm', 'CircuitOpenAlarm'];

const MOST_MINUTES = 60;

const minutesOf = (value: unknown): number => {
  const minutes = typeof value === 'number' || typeof value === 'string' ? Number(value) : NaN;
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= MOST_MINUTES) return minutes;
  throw new Error(`healthIntervalMinutes must be a whole number from 1 to ${MOST_MINUTES}.`);
};

const callsProbe = ({ Properties }: Resource): boolean => {
  const { Arn } = Properties['Target'] as { readonly Arn?: { readonly 'Fn::GetAtt'?: readonly string[] } };
  return Arn?.['Fn::GetAtt']?.[0] === PROBE;
};

/** The periods of an alarm, its own and those of the metrics that it computes with. */
const setPeriod = ({ Properties }: Resource, seconds: number): void => {
  if ('Period' in Properties) Properties['Period'] = seconds;
  for (const { MetricStat } of (Properties['Metrics'] ?? []) as { readonly MetricStat?: { Period: number } }[])
    if (MetricStat !== undefined) MetricStat.Period = seconds;
};

/**
 * Has a stage probe its dependencies each so many minutes, and the alarms on that count by probes. Throws an Error where it is
 * no whole number from 1 to 60.
 */
export const declareHealthInterval = (template: Template, interval: unknown): void => {
  const minutes = minutesOf(interval);
  if (minutes === 1) return;
  for (const [, schedule] of ofType(template, 'AWS::Scheduler::Schedule'))
    if (callsProbe(schedule)) schedule.Properties['ScheduleExpression'] = `rate(${minutes} minutes)`;
  for (const id of ALARMS) {
    const alarm = template.Resources[id];
    if (alarm !== undefined) setPeriod(alarm, minutes * 60);
  }
};
