import type { Clock } from '../../kernel/clock.ts';

/** Where a user's own metrics are found in CloudWatch, beside those of Ballast. */
export const OWN_NAMESPACE = 'Ballast/Own';

export interface OwnMetricsOptions {
  /** Names of the metrics that there are. */
  readonly names: readonly string[];
  readonly stage: string;
  readonly clock: Clock;
  readonly write: (line: string) => void;
}

/**
 * Takes values of the user's own metrics, as lines in CloudWatch's embedded metric format, by stage. Throws a TypeError where
 * a value has no metric that was declared, or is no number.
 */
export const createOwnMetrics = ({ names, stage, clock, write }: OwnMetricsOptions) => {
  const known = new Set(names);
  return (name: string, value: number): void => {
    if (!known.has(name)) throw new TypeError(`There is no metric ${name}: export it in metrics of agents/index.ts.`);
    if (!Number.isFinite(value)) throw new TypeError(`The metric ${name} takes numbers.`);
    const directive = { Namespace: OWN_NAMESPACE, Dimensions: [['stage']], Metrics: [{ Name: name }] };
    const line = { _aws: { Timestamp: clock.now(), CloudWatchMetrics: [directive] }, stage, [name]: value };
    write(`${JSON.stringify(line)}\n`);
  };
};
