import type { ModelCall, StepOptions } from '../journal.ts';
import type { NextTry, Outage } from '../steering.ts';
import type { FailedStep } from './model-step.ts';

/** A model call that the store keeps refusing, as its next try needs to know it. */
export interface RefusedCall extends Outage {
  /** Attempts that were refused and may hold money. */
  readonly unsent: readonly string[];
  readonly wait?: StepOptions<unknown>['wait'];
}

/** Whether the store kept the call, or what was left of it, from being made. */
export const isRefusedByStore = ({ unsent, fault, code }: FailedStep): boolean =>
  unsent !== undefined || (fault === 'refused' && code === 'store-unavailable');

/** The outage so far; `before`: as it was at the call's last try. */
export const outageAfter = (before: RefusedCall | null, step: FailedStep): RefusedCall => {
  const until = step.startedAt + step.durationMs;
  return {
    since: before?.since ?? step.startedAt,
    until,
    refusals: (before?.refusals ?? 0) + 1,
    missingSince: step.isKeyMissing === true ? (before?.missingSince ?? step.startedAt) : null,
    unsent: [...(before?.unsent ?? []), ...(step.unsent === undefined ? [] : [step.unsent])],
  };
};

export const waitingUntil = (outage: RefusedCall, { at }: Extract<NextTry, { again: true }>): RefusedCall => ({
  ...outage,
  wait: { at, forMs: Math.max(0, at - outage.until) },
});

export const unsentOf = ({ unsent, since }: RefusedCall): ModelCall['unsent'] =>
  unsent.length === 0 ? undefined : { attemptIds: unsent, since };
