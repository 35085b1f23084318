/** When a circuit opens and what closes it. Defaults stand in `lib/config.ts`; a tool or an agent may have its own. */
export interface CircuitOptions {
  /** Fewest failures in the window that open it; at least 1. */
  readonly failureThreshold: number;
  /** Least share of the window's calls that those failures must be; above 0, at most 1. */
  readonly failureRatio: number;
  readonly failureWindowMs: number;
  /** How long it stays open before one probe. */
  readonly breakDurationMs: number;
  /** Probe successes, one after the other, that close it; at least 1. */
  readonly successThreshold: number;
  /** How long a probe may be silent before another takes its place: above the longest wait for a first sign of life. */
  readonly probeLeaseMs: number;
}
