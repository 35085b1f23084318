import { Metrics } from '@aws-lambda-powertools/metrics';
import { type Gathered, ownTimeMs } from '../own-time.ts';
import { boundDimensions, type KnownNames } from './bound-dimensions.ts';
import { measure } from './measure.ts';
import { type Dimension, measured, type Measurement, METRICS, NAMESPACE, SERVICE } from './metric-names.ts';

/** CloudWatch takes at most a hundred values of a metric in one line; Powertools would print such a line by itself. */
const MAX_MEASUREMENTS = 99;

/** What one line holds: measurements that are published under the same sets of dimensions. */
interface Group {
  readonly sets: readonly Readonly<Record<string, string>>[];
  readonly measurements: Measurement[];
}

type Bound = (dimension: Dimension, value: string) => string;

const setsOf = ({ name, dimensions, isApart = false }: Measurement, bound: Bound): Group['sets'] =>
  METRICS[name].by
    .filter((set) => set.length > 0 || !isApart)
    .map((set) =>
      Object.fromEntries(set.map((dimension) => [dimension, bound(dimension, dimensions[dimension] ?? '')])),
    );

const grouped = (measurements: readonly Measurement[], bound: Bound): Iterable<Group> => {
  const groups = new Map<string, Group>();
  let full = 0;
  for (const measurement of measurements) {
    const sets = setsOf(measurement, bound);
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
  /** Names of what there is; anything else is `other`. */
  readonly known: KnownNames;
  /** What the process occupies now. */
  readonly memoryBytes: () => number;
}

const BYTES_IN_MEGABYTE = 1_000_000;

/** What only the whole of a request says: its own time, and the memory at the end of its work. */
const ofEnded = ({ event, work, waits }: Gathered, memoryBytes: () => number): Measurement[] => {
  if (work === undefined || (event.type !== 'request.finished' && event.type !== 'run.finished')) return [];
  const by = { function: work.function };
  const ownMs = event.type === 'request.finished' ? ownTimeMs(waits, event.durationMs) : null;
  return [
    ...measured(by, { MemoryUsed: Math.round(memoryBytes() / BYTES_IN_MEGABYTE) }),
    ...(ownMs === null ? [] : measured(by, { Overhead: ownMs })),
  ];
};

/**
 * Writes what events say as lines in CloudWatch's embedded metric format, one for each combination of dimensions:
 * a line has one value for each dimension, and a run has more than one model and tool.
 */
export const createEmbeddedMetrics = ({ stage, known, memoryBytes }: EmbeddedMetricsOptions) => {
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
  const bound = boundDimensions(known);
  return (all: readonly Gathered[]): string[] => {
    const measurements = all.flatMap((each) => [...measure(each.event), ...ofEnded(each, memoryBytes)]);
    return Array.from(grouped(measurements, bound), line);
  };
};
