import type { Clock } from '../kernel/clock.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { label } from '../kernel/redacted.ts';
import { nameError } from '../telemetry/describe-error.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Check } from './decision.ts';

/** What a probe found out; `detail` is public. */
export type Finding = Pick<Check, 'status' | 'detail'>;

export const HEALTHY: Finding = { status: 'healthy' };

/** Asks a dependency without paying for it. One that rejects, or is late, has found it unhealthy. */
export type Probe = (signal: AbortSignal) => Promise<Finding>;

/** A probe of something that is healthy when it answers at all. */
export const answers =
  (act: (signal: AbortSignal) => Promise<unknown>): Probe =>
  async (signal) => {
    await act(signal);
    return HEALTHY;
  };

/** Runs a probe within `limitMs`; never rejects. */
export type RunCheck = (name: string, probe: Probe, limitMs: number) => Promise<Check>;

export const createRunCheck =
  ({ clock, emit }: { readonly clock: Clock; readonly emit: Emit }): RunCheck =>
  async (name, probe, limitMs) => {
    const startedAt = clock.now();
    const checkedAt = new Date(startedAt).toISOString();
    using limit = createDeadline(clock, limitMs);
    const late = new Promise<never>((_, reject) =>
      limit.signal.addEventListener('abort', () => reject(limit.signal.reason)),
    );
    try {
      const finding = await Promise.race([probe(limit.signal), late]);
      return { ...finding, latencyMs: clock.now() - startedAt, checkedAt };
    } catch (error) {
      emit({ type: 'store.failed', operation: label(`health.${name}`), error: nameError(error) });
      return { status: 'unhealthy', latencyMs: clock.now() - startedAt, checkedAt, detail: 'does not answer' };
    }
  };
