import type { Clock } from '../kernel/clock.ts';
import type { Deadline } from '../kernel/deadline.ts';

export interface StreamLimits {
  /** Longest wait for the first `content_block` event, from the start of the attempt. */
  readonly firstContentMs: number;
  /** Longest silence inside the stream after that. */
  readonly idleMs: number;
}

/** What an upstream may still do: say that it is alive without saying anything, up to so many idle limits. */
const PING_STRETCH = 4;

export type WatchdogVerdict = 'no-content' | 'stalled' | 'deadline' | 'cancelled';

/** Watches one attempt: its signal aborts when the attempt is too slow to begin, falls silent, or runs out of time. */
export interface Watchdog extends Disposable {
  readonly signal: AbortSignal;
  /** Why the signal aborted; `null` while it has not. */
  readonly verdict: WatchdogVerdict | null;
  /** An event came: `ping`, one without content before the first content, or content. */
  saw(event: 'ping' | 'preamble' | 'content'): void;
  /** Silence is the caller's, not the upstream's, until what it gives back is disposed of; the deadline runs on. */
  hold(): Disposable;
  /** The answer is whole: nothing is watched any more, and what is still open after `ms` is closed without a verdict. */
  release(ms: number): void;
}

/**
 * One timer for the earliest limit, moved lazily: an event only notes its time, so a fast stream costs no timers.
 */
export const createWatchdog = (clock: Clock, deadline: Deadline, limits: StreamLimits): Watchdog => {
  const controller = new AbortController();
  const firstContentBy = clock.now() + limits.firstContentMs;
  let verdict: WatchdogVerdict | null = null;
  let contentSeen = false;
  let lastSignAt = clock.now();
  let lastEventAt = lastSignAt;
  let cancelTimer = () => {};

  const bark = (why: WatchdogVerdict) => {
    if (verdict !== null) return;
    verdict = why;
    unwatch();
    controller.abort();
  };
  const limitAt = () =>
    contentSeen ? Math.min(lastSignAt + limits.idleMs, lastEventAt + PING_STRETCH * limits.idleMs) : firstContentBy;
  const watch = () => {
    const leftMs = limitAt() - clock.now();
    if (leftMs <= 0) bark(contentSeen ? 'stalled' : 'no-content');
    else cancelTimer = clock.after(leftMs, watch);
  };
  const onDeadline = () => bark(deadline.stoppedBy ?? 'deadline');
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
    saw(event) {
      lastSignAt = clock.now();
      if (event !== 'ping') lastEventAt = lastSignAt;
      if (event !== 'content' || contentSeen) return;
      contentSeen = true;
      cancelTimer();
      watch();
    },
    hold() {
      cancelTimer();
      const heldAt = clock.now();
      return {
        [Symbol.dispose]() {
          if (verdict !== null) return;
          const heldMs = clock.now() - heldAt;
          lastSignAt += heldMs;
          lastEventAt += heldMs;
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
