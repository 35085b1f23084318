import type { Clock } from '../../kernel/clock.ts';
import type { Deadline } from '../../kernel/deadline.ts';
import type { Sign } from './signs-of-life.ts';

/** How long an upstream may be silent, by what it has said so far. */
export interface IdleLimit {
  /** On the monotonic clock. */
  endsMs(): number;
  /** What it is that lasts too long. */
  readonly verdict: 'no-content' | 'stalled';
  /** A byte came. */
  reset(): void;
  /** An event came; whether the silence after it may end sooner now than it would have. */
  resetBy(sign: Sign): boolean;
  /** So much of it was not the upstream's. */
  excuse(ms: number): void;
}

/** So many limits of a silence may an upstream take in all to its first content, while it shows that it is alive. */
export const SLOWEST_START = 10;

/**
 * So many limits may a silence last while something is being made that is not shown as it grows. Healthy ones of 329 s
 * inside hidden thinking have been reported; the default limit is 300 s.
 */
export const UNSEEN_STRETCH = 2;

/**
 * Silence is no byte at all. `giveWayMs`, on the monotonic clock: a silence that lasts then, and has lasted as long as
 * one may before the first content, is given up for somebody who can stand in. Default: nobody can.
 */
export const createIdleLimit = (
  clock: Clock,
  { firstContentMs, idleMs }: StreamLimits,
  giveWayMs = Number.POSITIVE_INFINITY,
): IdleLimit => {
  let sign: Sign = 'life';
  let brokenMs = clock.monotonicMs();
  let firstContentByMs = brokenMs + SLOWEST_START * firstContentMs;
  const endsMs = (): number => {
    const startMs = brokenMs + firstContentMs;
    if (sign === 'life') return Math.min(startMs, firstContentByMs);
    const idle = sign === 'unseen' ? UNSEEN_STRETCH * idleMs : idleMs;
    return Math.min(brokenMs + idle, Math.max(startMs, giveWayMs));
  };
  const reset = () => {
    brokenMs = clock.monotonicMs();
  };
  return {
    endsMs,
    get verdict() {
      return sign === 'life' ? 'no-content' : 'stalled';
    },
    reset,
    resetBy(by) {
      reset();
      if (by === 'life' || by === sign) return false;
      sign = by;
      return true;
    },
    excuse(ms) {
      brokenMs += ms;
      firstContentByMs += ms;
    },
  };
};

export interface StreamLimits {
  /** Longest silence before the first `content_block` event; ten times as long in all, from the start of the attempt. */
  readonly firstContentMs: number;
  /** Longest silence inside the stream after that; twice as long while what is made need not be shown. */
  readonly idleMs: number;
}

const VERDICTS = ['no-content', 'stalled', 'deadline', 'cancelled'] as const;
export type TimeoutVerdict = (typeof VERDICTS)[number];

export const isVerdict = (kind: string): kind is TimeoutVerdict => VERDICTS.some((verdict) => verdict === kind);

/** Watches one attempt: its signal aborts when the attempt is too slow to begin, falls silent, or runs out of time. */
export interface StreamTimeouts extends Disposable {
  readonly signal: AbortSignal;
  /** Why the signal aborted; `null` while it has not. */
  readonly verdict: TimeoutVerdict | null;
  /** A byte came: whatever it is part of, the upstream lives. */
  sawBytes(): void;
  /** An event came. */
  saw(event: Sign): void;
  /** Silence is the caller's, not the upstream's, until what it gives back is disposed of; the deadline runs on. */
  hold(): Disposable;
  /**
   * The answer is whole: nothing is watched any more, and what is still open after `ms` is closed without a verdict.
   */
  release(ms: number): void;
}

/**
 * One timer for the earliest limit, moved lazily: a byte only notes its time, so a fast stream costs no timers.
 * `giveWayMs`: as of the silence.
 */
export const createStreamTimeouts = (
  clock: Clock,
  deadline: Deadline,
  limits: StreamLimits,
  giveWayMs?: number,
): StreamTimeouts => {
  const controller = new AbortController();
  const idle = createIdleLimit(clock, limits, giveWayMs);
  let verdict: TimeoutVerdict | null = null;
  let cancelTimer = () => {};

  const expire = (why: TimeoutVerdict) => {
    if (verdict !== null) return;
    verdict = why;
    unwatch();
    controller.abort();
  };
  const watch = () => {
    const leftMs = idle.endsMs() - clock.monotonicMs();
    if (leftMs <= 0) expire(idle.verdict);
    else cancelTimer = clock.after(leftMs, watch);
  };
  const onDeadline = () => expire(deadline.stoppedBy ?? 'deadline');
  const unwatch = () => {
    cancelTimer();
    deadline.signal.removeEventListener('abort', onDeadline);
  };

  if (deadline.signal.aborted) onDeadline();
  else {
    deadline.signal.addEventListener('abort', onDeadline, { once: true });
    watch();
  }
  return {
    signal: controller.signal,
    get verdict() {
      return verdict;
    },
    sawBytes: () => idle.reset(),
    saw(event) {
      if (!idle.resetBy(event)) return;
      cancelTimer();
      watch();
    },
    hold() {
      cancelTimer();
      const heldMs = clock.monotonicMs();
      return {
        [Symbol.dispose]() {
          if (verdict !== null) return;
          idle.excuse(clock.monotonicMs() - heldMs);
          watch();
        },
      };
    },
    release(ms) {
      unwatch();
      cancelTimer = clock.after(ms, () => controller.abort());
    },
    [Symbol.dispose]: unwatch,
  };
};
