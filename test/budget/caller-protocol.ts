/** What a calling process is told, one line of JSON each. All its calls go out at once. */
export type Order =
  /** Reserves as many times, for its own attempts, and keeps what it got. */
  | { readonly do: 'reserve'; readonly count: number }
  /** Settles all that it holds, after asking the upstream about each. */
  | { readonly do: 'settle' }
  /** Reserves, asks and settles as many times from end to end, so many at a time. */
  | { readonly do: 'call'; readonly count: number; readonly atOnce: number };

export interface Told {
  /** Attempts that were let through. */
  readonly passed: readonly string[];
  readonly refused: number;
}

/** How a calling process is set up, as JSON in its arguments. */
export interface CallerOptions {
  readonly endpoint: string;
  /** Answers a POST of an attempt's id with what it billed for it, in pico-dollars. */
  readonly upstream: string;
  readonly name: string;
  readonly tenantId: string;
  /** Reservations that the tenant's day has room for. */
  readonly fits: number;
  readonly seed: number;
  /** Reservations that an account may have open at once, without any limit of money: what comes above is held by nobody. */
  readonly unheldAbove?: number;
}
