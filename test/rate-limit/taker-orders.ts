import type { BallastEvent } from '../../lib/telemetry/events.ts';

/** What a taking process can be told to do. */
export type Order =
  | { readonly do: 'take'; readonly count: number; readonly permitsPerMinute: number }
  /** Takes slots and keeps them. */
  | { readonly do: 'hold'; readonly count: number; readonly of: number }
  /** Releases all slots that it holds. */
  | { readonly do: 'release' }
  /** Moves its clock on. */
  | { readonly do: 'wait'; readonly ms: number };

/** What it answers; `events` are all it has told so far. */
export interface Told {
  readonly passed: number;
  /** Of those refused, each. */
  readonly retryAfterMs: readonly number[];
  readonly events: readonly BallastEvent[];
}
