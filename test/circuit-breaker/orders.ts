import type { Result } from '../../lib/circuit-breaker/decision.ts';
import type { BallastEvent } from '../../lib/telemetry/events.ts';

/** What a calling process can be told to do; entries are settled in the order in which they were admitted. */
export type Order =
  | { readonly do: 'enter'; readonly count: number }
  | { readonly do: 'report'; readonly count: number; readonly result: Result }
  | { readonly do: 'wait'; readonly ms: number };

/** What it answers; `events` are all it has told so far. */
export interface Told {
  readonly passed: number;
  readonly probes: number;
  readonly events: readonly BallastEvent[];
}
