import { type Clock, orAborted } from './clock.ts';

/** Why a deadline's signal aborted. */
export type StopCause = 'deadline' | 'cancelled';

/** The one limit in time that every retry, wait, tool, stream and write of a run is bounded by. */
export interface Deadline extends Disposable {
  /** Epoch milliseconds, as the clock stood when it was set: for what is stored, not for measuring. */
  readonly at: number;
  /** Never negative. */
  remainingMs(): number;
  /** Aborts when no time remains, or earlier when the caller's own signal does. */
  readonly signal: AbortSignal;
  /** What ended it, once `signal` has aborted. */
  readonly stoppedBy: StopCause | null;
}

/** By how much what is stored for a run may outlive its deadline; the books have a margin of their own. */
export const STORAGE_GRACE_MS = 1_000;

/** How long a run that ends now may still wait for its storage. */
export const storageLimitMs = ({ remainingMs }: Pick<Deadline, 'remainingMs'>, mostMs = Infinity): number =>
  Math.min(mostMs, remainingMs() + STORAGE_GRACE_MS);

/**
 * A deadline `ms` from now, whatever becomes of the wall clock meanwhile; it is of one request, which no freeze
 * interrupts. `caller` cancels it early (a client that left).
 * Dispose of it when the work has ended: until then it holds a timer.
 */
export const createDeadline = (clock: Clock, ms: number, caller?: AbortSignal): Deadline => {
  const controller = new AbortController();
  const at = clock.now() + ms;
  const endsAt = clock.monotonicMs() + ms;
  let stoppedBy: StopCause | null = null;
  const stop = (cause: StopCause) => {
    if (stoppedBy !== null) return;
    stoppedBy = cause;
    release();
    controller.abort(new DOMException(cause === 'deadline' ? 'deadline passed' : 'cancelled', 'AbortError'));
  };
  const cancelTimer = clock.after(ms, () => stop('deadline'));
  const onCancel = () => stop('cancelled');
  const release = () => {
    cancelTimer();
    caller?.removeEventListener('abort', onCancel);
  };
  if (caller?.aborted) stop('cancelled');
  else caller?.addEventListener('abort', onCancel, { once: true });
  return {
    at,
    remainingMs: () => Math.max(0, endsAt - clock.monotonicMs()),
    signal: controller.signal,
    get stoppedBy() {
      return stoppedBy;
    },
    [Symbol.dispose]: release,
  };
};

/** Waits for work for so long at most; `false`: it goes on, and nobody waits for it any more. Never rejects. */
export const waitAtMost = async (
  clock: Clock,
  ms: number,
  work: Promise<unknown>,
  signal?: AbortSignal,
): Promise<boolean> => {
  using limit = createDeadline(clock, ms, signal);
  const ended = work.catch(() => undefined).then(() => true);
  return await orAborted(ended, limit.signal).catch(() => false);
};
