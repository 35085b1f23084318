import type { Resource, Template } from './compiled-template.ts';

/** What CloudWatch takes in one alarm. */
const MOST_METRICS = 10;

/** The alarm of `infra/` over every function, and the metric of Lambda that it sums. */
const ALARM = 'LambdaErrorsAlarm';
const METRIC = 'Errors';

/**
 * `notify-alarm` fails where it cannot tell of an alarm. If that were one more alarm to tell, a dead target would keep both
 * going. The alarm `notify-failing` watches it.
 */
const TELLER = 'NotifyDashalarmLambdaFunction';

const entry = (id: string) => ({
  Id: `of${id}`,
  ReturnData: false,
  MetricStat: {
    Metric: {
      Namespace: 'AWS/Lambda',
      MetricName: METRIC,
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: id } }],
    },
    Period: 300,
    Stat: 'Sum',
  },
});

/** Whether an alarm of its own sums the errors of a function, as that of the gateway does. One by calls that ended well does not. */
const sums = ({ Type, Properties }: Resource, id: string): boolean => {
  const text = JSON.stringify(Properties);
  return (
    Type === 'AWS::CloudWatch::Alarm' &&
    text.includes(`{"Ref":"${id}"}`) &&
    text.includes(`"${METRIC}"`) &&
    !text.includes('"Invocations"')
  );
};

/**
 * Has each function counted in an alarm over errors: those whose errors no other alarm sums, ten to an alarm, but not
 * `notify-alarm`. The second ten get an alarm named like the first, with `-2` after it.
 */
export const alarmFunctions = (template: Template): void => {
  const sum = template.Resources[ALARM];
  if (sum === undefined) return;
  const resources = Object.entries(template.Resources);
  const rest = resources
    .filter(([id, { Type }]) => Type === 'AWS::Lambda::Function' && id !== TELLER)
    .map(([id]) => id)
    .filter((id) => !resources.some(([, resource]) => sums(resource, id)));
  const { AlarmName, Metrics } = sum.Properties as { AlarmName: string; Metrics: readonly object[] };
  for (let first = 0; first < rest.length; first += MOST_METRICS) {
    const part = first === 0 ? '' : String(first / MOST_METRICS + 1);
    const counted = rest.slice(first, first + MOST_METRICS).map(entry);
    const name = part === '' ? AlarmName : `${AlarmName}-${part}`;
    template.Resources[`${ALARM}${part}`] = {
      ...sum,
      Properties: { ...sum.Properties, AlarmName: name, Metrics: [...Metrics, ...counted] },
    };
  }
};
