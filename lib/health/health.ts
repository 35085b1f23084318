import { createDeadline } from '../kernel/deadline.ts';
import type { Clock } from '../kernel/clock.ts';
import { nameError } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import { label } from '../kernel/redacted.ts';
import { overall, type Check, type Checks } from './decision.ts';

/** A dependency is not asked more often than this by one environment, however often the public asks us. */
const KEPT_MS = 5_000;
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
  /** Each resolves when its dependency answers; none costs money. */
  readonly probes: Readonly<Record<string, (signal: AbortSignal) => Promise<unknown>>>;
}

export const createHealth = ({ clock, emit, version, probes }: HealthOptions): Health => {
  let kept: { readonly at: number; readonly report: Promise<HealthReport> } | undefined;

  const check = async (name: string, probe: (signal: AbortSignal) => Promise<unknown>): Promise<[string, Check]> => {
    const startedAt = clock.now();
    using limit = createDeadline(clock, LIMIT_MS);
    const late = new Promise((_, reject) => limit.signal.addEventListener('abort', () => reject(limit.signal.reason)));
    const checkedAt = new Date(startedAt).toISOString();
    try {
      await Promise.race([probe(limit.signal), late]);
      return [name, { status: 'healthy', latencyMs: clock.now() - startedAt, checkedAt }];
    } catch (error) {
      emit({ type: 'store.failed', operation: label(`health.${name}`), error: nameError(error) });
      return [name, { status: 'unhealthy', latencyMs: clock.now() - startedAt, checkedAt, detail: 'does not answer' }];
    }
  };
  const report = async (): Promise<HealthReport> => {
    const checks = Object.fromEntries(
      await Promise.all(Object.entries(probes).map(([name, probe]) => check(name, probe))),
    );
    return { status: overall(checks), version, checks };
  };
  return {
    report() {
      if (!kept || clock.now() - kept.at >= KEPT_MS) kept = { at: clock.now(), report: report() };
      return kept.report;
    },
  };
};
