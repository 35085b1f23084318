/** One limit as it was decided. */
export interface ToldLimit {
  readonly limit: number;
  readonly remaining: number;
  /** Until nothing of it is used. */
  readonly resetMs: number;
}

export interface Told {
  requests?: ToldLimit;
  tokens?: ToldLimit;
}

/** The limits as headers, in the names that clients of the Anthropic API know; resets are instants. */
export const limitHeaders = (told: Told, now: number): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(told).flatMap(([kind, { limit, remaining, resetMs }]: [string, ToldLimit]) => [
      [`anthropic-ratelimit-${kind}-limit`, String(limit)],
      [`anthropic-ratelimit-${kind}-remaining`, String(remaining)],
      [`anthropic-ratelimit-${kind}-reset`, new Date(now + resetMs).toISOString()],
    ]),
  );
