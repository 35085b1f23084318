import { ageMs, type Mark, markOf } from '../kernel/age.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Emit } from '../telemetry/events.ts';
import { answers, createRunCheck, type Finding, type Probe } from './check.ts';
import { findingOf, type WatchedCircuits } from './circuits.ts';
import { aged, type Check, type Checks, overall, worse } from './decision.ts';
import type { HealthResults } from './results.ts';

/** A dependency is not asked more often than this by one environment, however often the public asks us. */
const KEPT_MS = 1_000;

/** What takes longer than this is not healthy. */
const LIMIT_MS = 3_000;

export interface HealthReport {
  readonly status: Check['status'];
  readonly version: string;
  readonly checks: Checks;
}

export interface Health {
  report(): Promise<HealthReport>;
}

export interface HealthOptions {
  readonly clock: Clock;
  readonly emit: Emit;
  readonly version: string;
  readonly results: Pick<HealthResults, 'all'>;
  readonly circuits: Pick<WatchedCircuits, 'list'>;
  /** Whose results count: those of another dependency were left by another version. */
  readonly known: readonly string[];
  /** From one probe to the next. Default: a minute. */
  readonly intervalMs?: number;
  /** What is to be said of the models. Default: nothing. */
  readonly models?: (now: number) => Finding;
  /** Asked here only while there are no results of `probe-dependencies` to be had. */
  readonly probes: Readonly<Record<string, Probe>>;
}

/** The last results of the scheduled probes, with what can be said at once: that DynamoDB answers, and the circuits. */
export const createHealth = (options: HealthOptions): Health => {
  const { clock, version, results, circuits, probes, known, intervalMs = 60_000 } = options;
  const runCheck = createRunCheck(options);
  let kept: { readonly at: Mark; readonly report: Promise<HealthReport> } | undefined;

  const live = async (): Promise<Checks> => {
    const checked = Object.entries(probes).map(
      async ([name, probe]) => [name, await runCheck(name, probe, LIMIT_MS)] as const,
    );
    return Object.fromEntries(await Promise.all(checked));
  };

  const report = async (): Promise<HealthReport> => {
    let found: Checks = {};
    const read = answers(async (signal) => (found = await results.all(signal)));
    const list = { ...read, ask: async () => findingOf(await circuits.list()) };
    const [dynamodb, open] = await Promise.all([
      runCheck('dynamodb', read, LIMIT_MS),
      runCheck('circuits', list, LIMIT_MS),
    ]);
    const probed = Object.entries(found).flatMap(([name, check]) =>
      known.includes(name) ? [[name, aged(check, clock.now(), intervalMs)] as const] : [],
    );
    const stored: Checks = probed.length > 0 ? Object.fromEntries(probed) : await live();
    const now = clock.now();
    const models = options.models && { models: { ...options.models(now), checkedAt: new Date(now).toISOString() } };
    const checks = { ...stored, dynamodb: worse(dynamodb, stored['dynamodb']), circuits: open, ...models };
    return { status: overall(checks), version, checks };
  };

  return {
    report() {
      if (!kept || ageMs(clock, kept.at) >= KEPT_MS) kept = { at: markOf(clock), report: report() };
      return kept.report;
    },
  };
};
