import type { Clock } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { label } from '../kernel/redacted.ts';
import { describeFailure } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Check } from './decision.ts';

/** What a probe found out; `detail` is public. */
export type Finding = Pick<Check, 'status' | 'detail'>;

export const HEALTHY: Finding = { status: 'healthy' };

/** A dependency that can be asked without paying for it. */
export interface Probe {
  ask(signal: AbortSignal): Promise<Finding>;
  /** What is found where asking rejects, or takes too long. */
  readonly failed: Finding;
  /** Whether it is of the user's making: that it fails is a finding, and no fault of Ballast's. Default: not. */
  readonly isOwn?: boolean;
}

/** A probe of something that is healthy when it answers at all, and without which nothing works. */
export const answers = (act: (signal: AbortSignal) => Promise<unknown>): Probe => ({
  async ask(signal) {
    await act(signal);
    return HEALTHY;
  },
  failed: { status: 'unhealthy', detail: 'does not answer' },
});

/** A check of the user's own: healthy when it resolves. `signal` aborts when its time is over. */
export type HealthCheck = (context: { readonly signal: AbortSignal }) => unknown;

/** A probe of what some of the user's tools need: without it the stage is degraded, and answers all the same. */
export const ownProbe = (check: HealthCheck): Probe => ({
  async ask(signal) {
    await check({ signal });
    return HEALTHY;
  },
  failed: { status: 'degraded', detail: 'does not answer' },
  isOwn: true,
});

/** Runs a probe within `limitMs`; never rejects. */
export type RunCheck = (name: string, probe: Probe, limitMs: number) => Promise<Check>;

export const createRunCheck =
  ({ clock, emit }: { readonly clock: Clock; readonly emit: Emit }): RunCheck =>
  async (name, probe, limitMs) => {
    const startedMs = clock.monotonicMs();
    const checkedAt = new Date(clock.now()).toISOString();
    using limit = createDeadline(clock, limitMs);
    const late = new Promise<never>((_, reject) =>
      limit.signal.addEventListener('abort', () => reject(limit.signal.reason)),
    );
    try {
      const finding = await Promise.race([probe.ask(limit.signal), late]);
      return { ...finding, latencyMs: clock.monotonicMs() - startedMs, checkedAt };
    } catch (error) {
      if (probe.isOwn !== true)
        emit({ type: 'store.failed', operation: label(`health.${name}`), ...describeFailure(error) });
      return { ...probe.failed, latencyMs: clock.monotonicMs() - startedMs, checkedAt };
    }
  };
