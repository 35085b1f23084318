import { Metrics } from '@aws-lambda-powertools/metrics';
import type { BallastEvent } from './events.ts';
import { measure } from './measure.ts';
import { type Measurement, METRICS, NAMESPACE, SERVICE } from './metric-names.ts';

/** CloudWatch takes at most a hundred values of a metric in one line; Powertools would print such a line by itself. */
const MAX_MEASUREMENTS = 99;

/** What one line holds: measurements that are published under the same sets of dimensions. */
interface Group {
  readonly sets: readonly Readonly<Record<string, string>>[];
  readonly measurements: Measurement[];
}

const setsOf = ({ name, dimensions, isApart = false }: Measurement): Group['sets'] =>
  METRICS[name].by
    .filter((set) => set.length > 0 || !isApart)
    .map((set) => Object.fromEntries(set.map((dimension) => [dimension, dimensions[dimension] ?? ''])));

const grouped = (measurements: readonly Measurement[]): Iterable<Group> => {
  const groups = new Map<string, Group>();
  let full = 0;
  for (const measurement of measurements) {
    const sets = setsOf(measurement);
    const key = JSON.stringify(sets);
    const group = groups.get(key) ?? { sets, measurements: [] };
    group.measurements.push(measurement);
    groups.set(key, group);
    if (group.measurements.length < MAX_MEASUREMENTS) continue;
    groups.delete(key);
    groups.set(`full ${(full += 1)}`, group);
  }
  return groups.values();
};

export interface EmbeddedMetricsOptions {
  readonly stage: string;
  /** Names of the tools there are. */
  readonly tools: ReadonlySet<string>;
}

/**
 * Writes what events say as lines in CloudWatch's embedded metric format, one for each combination of dimensions:
 * a line has one value for each dimension, and a run has more than one model and tool.
 */
export const createEmbeddedMetrics = ({ stage, tools }: EmbeddedMetricsOptions) => {
  const metrics = new Metrics({ namespace: NAMESPACE, serviceName: SERVICE, defaultDimensions: { stage } });
  const line = ({ sets, measurements }: Group): string => {
    try {
      for (const set of sets) metrics.addDimensions(set);
      for (const { name, value } of measurements) metrics.addMetric(name, METRICS[name].unit, value);
      return `${JSON.stringify(metrics.serializeMetrics())}\n`;
    } finally {
      metrics.clearMetrics();
      metrics.clearDimensions();
    }
  };
  return (events: readonly BallastEvent[]): string[] =>
    Array.from(grouped(events.flatMap((event) => measure(event, tools))), line);
};
