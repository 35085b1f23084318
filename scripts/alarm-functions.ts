import type { Resource, Template } from './compiled-template.ts';

/** What CloudWatch takes in one alarm. */
const MOST_METRICS = 10;

/** Alarms of `infra/` over every function, and the metric of Lambda that each sums. */
const SUMS = { LambdaErrorsAlarm: 'Errors', LambdaThrottlesAlarm: 'Throttles' } as const;

/**
 * `notify-alarm` fails where it cannot tell of an alarm. If that were one more alarm to tell, a dead target would keep both
 * going. The alarm `notify-failing` watches it.
 */
const isTold = (id: string, metric: string): boolean => metric !== 'Errors' || id !== 'NotifyDashalarmLambdaFunction';

const entry = (id: string, metric: string) => ({
  Id: `of${id}`,
  ReturnData: false,
  MetricStat: {
    Metric: {
      Namespace: 'AWS/Lambda',
      MetricName: metric,
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: id } }],
    },
    Period: 300,
    Stat: 'Sum',
  },
});

/** Whether an alarm of its own looks at this metric of a function, as those of the gateway do. */
const looksAt = ({ Type, Properties }: Resource, id: string, metric: string): boolean => {
  const text = JSON.stringify(Properties);
  return Type === 'AWS::CloudWatch::Alarm' && text.includes(`{"Ref":"${id}"}`) && text.includes(`"${metric}"`);
};

/**
 * Has each function counted in an alarm over errors and in one over throttles: those that no other alarm looks at, ten to an
 * alarm, but no errors of `notify-alarm`. The second ten get an alarm named like the first, with `-2` after it.
 */
export const alarmFunctions = (template: Template): void => {
  const resources = Object.entries(template.Resources);
  const functions = resources.filter(([, { Type }]) => Type === 'AWS::Lambda::Function').map(([id]) => id);
  for (const [alarm, metric] of Object.entries(SUMS)) {
    const sum = template.Resources[alarm];
    if (sum === undefined) continue;
    const rest = functions
      .filter((id) => isTold(id, metric))
      .filter((id) => !resources.some(([, resource]) => looksAt(resource, id, metric)));
    const { AlarmName, Metrics } = sum.Properties as { AlarmName: string; Metrics: readonly object[] };
    for (let first = 0; first < rest.length; first += MOST_METRICS) {
      const part = first === 0 ? '' : String(first / MOST_METRICS + 1);
      const counted = rest.slice(first, first + MOST_METRICS).map((id) => entry(id, metric));
      const name = part === '' ? AlarmName : `${AlarmName}-${part}`;
      template.Resources[`${alarm}${part}`] = {
        ...sum,
        Properties: { ...sum.Properties, AlarmName: name, Metrics: [...Metrics, ...counted] },
      };
    }
  }
};
