import type { Published } from '../telemetry/embedded-format.ts';
import { at, ofType, type Resource, type Template } from './template.ts';

const NAMESPACE = 'Ballast';

/** What an alarm looks at: a metric of a namespace under exactly one set of dimensions. */
interface Watched {
  readonly namespace: unknown;
  readonly name: unknown;
  readonly dimensions: Readonly<Record<string, unknown>>;
}

const dimensionsOf = (list: unknown): Watched['dimensions'] =>
  Object.fromEntries(((list ?? []) as { Name: string; Value: unknown }[]).map(({ Name, Value }) => [Name, Value]));

/** Every metric an alarm reads, be it one or those of an expression. */
const watched = ({ Properties }: Resource): Watched[] => {
  const own = [
    Properties,
    ...((Properties['Metrics'] ?? []) as unknown[]).map((query) => at(query, 'MetricStat', 'Metric')),
  ];
  return own
    .filter((metric) => at(metric, 'MetricName') !== undefined)
    .map((metric) => ({
      namespace: at(metric, 'Namespace'),
      name: at(metric, 'MetricName'),
      dimensions: dimensionsOf(at(metric, 'Dimensions')),
    }));
};

const shown = ({ namespace, name, dimensions }: Watched): string =>
  JSON.stringify([namespace, name, Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1))]);

const isOwn = ({ namespace }: Watched): boolean => !String(namespace).startsWith('AWS/');

const metricDefects = (id: string, alarm: Resource, emitted: ReadonlySet<string>): string[] =>
  watched(alarm)
    .filter(isOwn)
    .flatMap((metric) => (emitted.has(shown(metric)) ? [] : [`${id}: nothing emits ${shown(metric)}`]));

/** What tells of alarms: its failures are in a queue that has an alarm, and in no other. */
const TELLER = 'NotifyDashalarmLambdaFunction';

/** The sums over all functions: a function that is in none has no alarm for its crashes. */
const lambdaDefects = (template: Template, alarms: readonly [string, Resource][]): string[] => {
  const functions = ofType(template, 'AWS::Lambda::Function').map(([id]) => id);
  const seen = (name: string, among = alarms) =>
    among
      .flatMap(([, alarm]) => watched(alarm))
      .filter((metric) => metric.namespace === 'AWS/Lambda' && metric.name === name)
      .map(({ dimensions }) => at(dimensions['FunctionName'], 'Ref') ?? 'all');
  const counted = seen(
    'Errors',
    alarms.filter(([id]) => !id.endsWith('SilentAlarm')),
  );
  return [
    ...functions.filter((id) => !counted.includes(id) && id !== TELLER).map((id) => `Errors of ${id} are in no alarm`),
    ...(seen('Throttles').includes('all') ? [] : ['Throttles are in no alarm']),
  ];
};

/** What Lambda or EventBridge gives up on is in a queue: one without an alarm would be forgotten there. */
const queueDefects = (template: Template, alarms: readonly [string, Resource][]): string[] => {
  const seen = alarms
    .flatMap(([, alarm]) => watched(alarm))
    .filter(({ namespace, name }) => namespace === 'AWS/SQS' && name === 'ApproximateNumberOfMessagesVisible')
    .map(({ dimensions }) => at(dimensions['QueueName'], 'Fn::GetAtt', 0));
  return ofType(template, 'AWS::SQS::Queue').flatMap(([id]) => (seen.includes(id) ? [] : [`${id} has no alarm`]));
};

/** As many as CloudWatch takes in one alarm on an expression. */
const MOST_METRICS = 10;

const TREATMENTS = ['breaching', 'notBreaching', 'ignore'];

const wiringDefects = (id: string, { Properties }: Resource, stage: string): string[] => [
  ...(watched({ Type: 'AWS::CloudWatch::Alarm', Properties }).length > MOST_METRICS
    ? [`${id} looks at more than ${MOST_METRICS} metrics`]
    : []),
  ...(String(Properties['AlarmName']).startsWith(`ballast-${stage}-`) ? [] : [`${id} is not named after its stage`]),
  ...['AlarmActions', 'OKActions'].flatMap((actions) =>
    at(Properties, actions, 0, 'Ref') === 'AlarmTopic' ? [] : [`${id} is not told by ${actions}`],
  ),
  ...(TREATMENTS.includes(String(Properties['TreatMissingData'])) ? [] : [`${id} does not say what silence means`]),
];

/** What is wrong with the alarms, given every metric that the code can emit; empty when all is well. */
export const alarmDefects = (template: Template, stage: string, emitted: readonly Published[]): string[] => {
  const alarms = ofType(template, 'AWS::CloudWatch::Alarm');
  const known = new Set(emitted.map(({ namespace, name, dimensions }) => shown({ namespace, name, dimensions })));
  return [
    ...alarms.flatMap(([id, alarm]) => [...metricDefects(id, alarm, known), ...wiringDefects(id, alarm, stage)]),
    // Where only those are made for which somebody gets up, crashes and dead letters are in none.
    ...(alarms.some(([id]) => id === 'LambdaErrorsAlarm')
      ? [...lambdaDefects(template, alarms), ...queueDefects(template, alarms)]
      : []),
  ];
};

/** The metrics of Ballast's own that have an alarm. */
export const alarmedMetrics = (template: Template): string[] =>
  ofType(template, 'AWS::CloudWatch::Alarm')
    .flatMap(([, alarm]) => watched(alarm))
    .filter(({ namespace }) => namespace === NAMESPACE)
    .map(({ name }) => String(name));
