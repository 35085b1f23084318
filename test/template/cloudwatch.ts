import type { AlarmState } from '../../lib/alerts/alarm/messages.ts';
import { published } from '../telemetry/embedded-format.ts';
import { evaluate, isComposed, type Value } from './metric-math.ts';
import { at, ofType, type Resource, type Template } from './template.ts';

const MINUTE_MS = 60_000;

interface Point {
  readonly at: number;
  readonly values: readonly number[];
}

interface Metric {
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
}

const nameOf = (namespace: unknown, name: unknown, dimensions: Readonly<Record<string, unknown>>): string =>
  JSON.stringify([namespace, name, Object.entries(dimensions).toSorted(([a], [b]) => (a < b ? -1 : 1))]);

const keyOf = ({ Namespace, MetricName, Dimensions = [] }: Metric): string =>
  nameOf(Namespace, MetricName, Object.fromEntries(Dimensions.map(({ Name, Value: value }) => [Name, value])));

const STATISTICS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  Sum: (values) => values.reduce((a, b) => a + b, 0),
  Average: (values) => values.reduce((a, b) => a + b, 0) / values.length,
  SampleCount: (values) => values.length,
  Maximum: (values) => Math.max(...values),
};

const statistic = (name: string, values: readonly number[]): Value => {
  if (values.length === 0) return null;
  const percentile = /^p(\d+)$/.exec(name)?.[1];
  if (percentile !== undefined)
    return values.toSorted((a, b) => a - b)[Math.ceil((values.length * Number(percentile)) / 100) - 1] ?? null;
  const act = STATISTICS[name];
  if (act === undefined) throw new Error(`There is no statistic ${name}.`);
  return act(values);
};

const COMPARISONS: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
};

interface Query {
  readonly Id: string;
  readonly Expression?: string;
  readonly MetricStat?: { readonly Metric: Metric; readonly Period: number; readonly Stat: string };
}

/** The alarms of a template as CloudWatch evaluates them each minute, over lines of its embedded metric format. */
export const createCloudWatch = (template: Template) => {
  const points = new Map<string, Point[]>();
  const states = new Map<string, AlarmState>();

  const keep = (key: string, point: Point): void => {
    const known = points.get(key) ?? [];
    known.push(point);
    points.set(key, known);
  };

  const valuesOf = (metric: Metric, until: number, periodMs: number): number[] =>
    (points.get(keyOf(metric)) ?? [])
      .filter((point) => point.at <= until && point.at > until - periodMs)
      .flatMap(({ values }) => values);

  const periodOf = ({ Period, Metrics }: Record<string, unknown>): number =>
    1_000 * Number(Period ?? (Metrics as readonly Query[]).find((query) => query.MetricStat)?.MetricStat?.Period);

  const valueOf = (properties: Record<string, unknown>, until: number): Value => {
    const periodMs = periodOf(properties);
    const { Metrics, ExtendedStatistic, Statistic } = properties;
    if (Metrics === undefined)
      return statistic(String(ExtendedStatistic ?? Statistic), valuesOf(properties, until, periodMs));
    const queries = Metrics as readonly Query[];
    const variables = Object.fromEntries(
      queries.flatMap(({ Id, MetricStat }) =>
        MetricStat === undefined
          ? []
          : [[Id, statistic(MetricStat.Stat, valuesOf(MetricStat.Metric, until, periodMs))]],
      ),
    );
    return evaluate(queries.find(({ Expression }) => Expression !== undefined)?.Expression ?? '', variables);
  };

  const stateOf = (properties: Record<string, unknown>, now: number, before: AlarmState): [AlarmState, number[]] => {
    const periods = Number(properties['EvaluationPeriods']);
    const needed = Number(properties['DatapointsToAlarm'] ?? periods);
    const crosses = COMPARISONS[String(properties['ComparisonOperator'])];
    if (crosses === undefined) throw new Error(`There is no ${String(properties['ComparisonOperator'])}.`);
    const values = Array.from({ length: periods }, (_, back) => valueOf(properties, now - back * periodOf(properties)));
    const silence = properties['TreatMissingData'];
    if (silence === 'ignore' && values.every((value) => value === null)) return [before, []];
    const breaching = values.filter((value) =>
      value === null ? silence === 'breaching' : crosses(value, Number(properties['Threshold'])),
    );
    return [breaching.length >= needed ? 'ALARM' : 'OK', values.filter((value) => value !== null)];
  };

  const arnOf = (name: string) => `arn:aws:cloudwatch:eu-central-1:123456789012:alarm:${name}`;

  const changeOf = ({ Properties }: Resource, to: AlarmState, now: number, more: Record<string, unknown>) => {
    const name = String(Properties['AlarmName']);
    const from = states.get(name) ?? 'INSUFFICIENT_DATA';
    states.set(name, to);
    if (from === to) return [];
    if (at(Properties, to === 'ALARM' ? 'AlarmActions' : 'OKActions', 0, 'Ref') !== 'AlarmTopic') return [];
    return [
      {
        AlarmName: name,
        AlarmArn: arnOf(name),
        NewStateValue: to,
        OldStateValue: from,
        StateChangeTime: new Date(now).toISOString().replace('Z', '+0000'),
        ...more,
      },
    ];
  };

  return {
    /** Takes the metrics out of lines of the log, as of then. */
    take(lines: string, now: number): void {
      const written = lines.split('\n').filter((line) => line !== '');
      for (const { namespace, name, dimensions, values } of written.flatMap(published))
        keep(nameOf(namespace, name, dimensions), { at: now, values });
    },

    /** Lambda's own count of a function that was called once and ended well, by its name in the template. */
    called(logicalId: string, now: number): void {
      keep(nameOf('AWS/Lambda', 'Invocations', { FunctionName: { Ref: logicalId } }), { at: now, values: [1] });
    },

    /** The names of the alarms that are on. */
    on: (): string[] => [...states].flatMap(([name, state]) => (state === 'ALARM' ? [name] : [])),

    /** What the alarms that change their state publish on the topic: first those of metrics, then the composite ones. */
    look(now: number): Record<string, unknown>[] {
      const own = ofType(template, 'AWS::CloudWatch::Alarm').flatMap(([, alarm]) => {
        const { AlarmName, ComparisonOperator, Threshold } = alarm.Properties;
        const before = states.get(String(AlarmName)) ?? 'INSUFFICIENT_DATA';
        const [state, [value]] = stateOf(alarm.Properties, now, before);
        const reason = `Threshold Crossed: 1 out of the last 1 datapoints [${value?.toFixed(1) ?? ''} (20/11/26 11:55:00)]`;
        return changeOf(alarm, state, now, {
          NewStateReason: value === undefined ? 'no datapoints' : reason,
          Trigger: { ComparisonOperator, Threshold: Number(Threshold) },
        });
      });
      const composed = ofType(template, 'AWS::CloudWatch::CompositeAlarm').flatMap(([, alarm]) => {
        const rule = String(alarm.Properties['AlarmRule']);
        const on = new Set(this.on());
        const children = [...on].filter((name) => rule.includes(`"${name}"`)).map((name) => ({ Arn: arnOf(name) }));
        return changeOf(alarm, isComposed(rule, on) ? 'ALARM' : 'OK', now, {
          AlarmRule: rule,
          TriggeringChildren: children,
        });
      });
      return [...own, ...composed];
    },
    MINUTE_MS,
  };
};
