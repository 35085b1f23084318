import type { Clock } from './clock.ts';

export interface LeaseOptions {
  readonly clock: Clock;
  readonly leaseMs: number;
  /** A lease is not renewed any more after so long, whether or not anybody has ended it. */
  readonly forMs: number;
  /** Extends the lease from now on; `false`: it is another's by now. It must not reject. */
  readonly renew: (signal: AbortSignal) => Promise<boolean>;
}

/** Two of them may fail before a lease is lost. */
export const RENEWALS_PER_LEASE = 3;

/**
 * Renews a lease each third of its length, so that two renewals may fail before it is lost, and so that one whose holder
 * was killed is over soon, however long its work may take. Returns what ends the renewing: once that has resolved,
 * none is under way. The lease itself is then left as it is.
 */
export const holdLease = ({ clock, leaseMs, forMs, renew }: LeaseOptions): (() => Promise<void>) => {
  const untilMs = clock.monotonicMs() + forMs;
  const ending = new AbortController();
  let renewing = Promise.resolve();
  let cancel = () => {};

  const again = async (): Promise<void> => {
    if (await renew(ending.signal)) schedule();
  };
  const schedule = () => {
    if (ending.signal.aborted || clock.monotonicMs() >= untilMs) return;
    cancel = clock.after(leaseMs / RENEWALS_PER_LEASE, () => {
      renewing = again();
    });
  };
  schedule();
  return async () => {
    cancel();
    ending.abort();
    await renewing;
  };
};
