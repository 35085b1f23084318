/** One limit as it was decided. */
export interface ShownLimit {
  readonly limit: number;
  readonly remaining: number;
  /** Until nothing of it is used. */
  readonly resetMs: number;
}

export interface ShownLimits {
  requests?: ShownLimit;
  tokens?: ShownLimit;
}

/** The limits as headers, in the names that clients of the Anthropic API know; resets are instants. */
export const limitHeaders = (shown: ShownLimits, now: number): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(shown).flatMap(([kind, { limit, remaining, resetMs }]: [string, ShownLimit]) => [
      [`anthropic-ratelimit-${kind}-limit`, String(limit)],
      [`anthropic-ratelimit-${kind}-remaining`, String(remaining)],
      [`anthropic-ratelimit-${kind}-reset`, new Date(now + resetMs).toISOString()],
    ]),
  );
