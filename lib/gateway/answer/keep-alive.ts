import type { Clock } from '../../kernel/clock.ts';

/**
 * Longest silence towards a client. It is told 15 s at the most, and the way to it takes time too; intermediaries give
 * up on a connection after 60 s or 100 s, API Gateway after 300 s.
 */
export const QUIET_MS = 13_000;

/** Says by itself that a stream is alive, wherever it would be silent for long. */
export interface KeepAlive {
  /** Something went out. */
  spoke(): void;
  /** Nothing more is said by itself. */
  stop(): void;
}

/** `waitedMs`: how long the client has heard nothing already. One timer, moved lazily: to speak only notes the time. */
export const createKeepAlive = (clock: Clock, waitedMs: number, speak: () => void): KeepAlive => {
  let spokeMs = clock.monotonicMs() - waitedMs;
  const look = () => {
    const leftMs = spokeMs + QUIET_MS - clock.monotonicMs();
    if (leftMs <= 0) {
      spokeMs = clock.monotonicMs();
      speak();
    }
    cancel = clock.after(leftMs > 0 ? leftMs : QUIET_MS, look);
  };
  let cancel = clock.after(Math.max(0, QUIET_MS - waitedMs), look);
  return {
    spoke() {
      spokeMs = clock.monotonicMs();
    },
    stop: () => cancel(),
  };
};
