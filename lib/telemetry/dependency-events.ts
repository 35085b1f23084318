import type { Redacted } from '../kernel/redacted.ts';

/** What happened to what Ballast stands on, and to those who are told of it. */
export type DependencyEvent =
  | {
      readonly type: 'circuit.changed';
      readonly name: Redacted;
      readonly from: Redacted;
      readonly to: Redacted;
      readonly generation: number;
      readonly failures: number;
    }
  | {
      /** The circuits' store failed: a call went through unguarded (`enter`), or what came of one was not counted (`report`). */
      readonly type: 'circuit.unguarded';
      readonly name: Redacted;
      readonly operation: Redacted;
      readonly error: Redacted;
    }
  | {
      readonly type: 'store.failed';
      readonly operation: Redacted;
      readonly error: Redacted;
      /** As AWS named the request, where it refused it. */
      readonly awsRequestId?: Redacted;
      /** By which limit of a table or index DynamoDB throttled it. */
      readonly throttledBy?: Redacted;
    }
  | {
      readonly type: 'dependency.probed';
      readonly dependency: Redacted;
      /** `healthy`, `degraded` or `unhealthy`. */
      readonly status: Redacted;
      readonly latencyMs: number;
    }
  | {
      /** A round of probes is over. What is `null` could not be read. */
      readonly type: 'dependencies.probed';
      readonly openCircuits: number | null;
      readonly restingKeys: number | null;
    }
  | {
      readonly type: 'alert.sent';
      readonly target: Redacted;
      readonly alarm: Redacted;
      readonly state: Redacted;
    }
  | {
      /** Every try failed; whoever called is told, and calls again. */
      readonly type: 'alert.failed';
      readonly target: Redacted;
      readonly alarm: Redacted;
      readonly state: Redacted;
      readonly error: Redacted;
    }
  | {
      /** A try of a delivery about a run: `delivered`, `pending` where it is tried again, `failed` where it is given up. */
      readonly type: 'webhook.attempted';
      readonly delivery: Redacted;
      /** Its host, or `slack`. */
      readonly target: Redacted;
      readonly outcome: Redacted;
      /** Of the answer; `null`: there was none. */
      readonly status: number | null;
      readonly error: Redacted | null;
      readonly durationMs: number;
    };
