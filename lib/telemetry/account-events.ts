import type { Redacted } from '../kernel/redacted.ts';

/** What happened to the books: usage, limits and budgets. */
export type AccountEvent =
  | {
      /** An attempt was paid for and its record could not be written: everything that is needed to book it later. */
      readonly type: 'usage.unrecorded';
      readonly attemptId: Redacted;
      readonly tenantId: Redacted;
      readonly keyId: Redacted;
      /** `(withheld)` where it is not a plain identifier. */
      readonly userId: Redacted | null;
      readonly agent: Redacted;
      readonly model: Redacted;
      readonly at: number;
      readonly inputTokens: number;
      readonly outputTokens: number;
      readonly cacheReadInputTokens: number;
      readonly cacheWrite5mInputTokens: number;
      readonly cacheWrite1hInputTokens: number;
      readonly webSearchRequests: number;
      readonly answered: boolean;
      readonly estimated: Redacted | null;
      readonly costUsd: Redacted;
      readonly error: Redacted;
    }
  | {
      /**
       * An answer lists something that has no known price, or no counts: its record is an estimate. Once for each kind
       * and process.
       */
      readonly type: 'usage.unpriced';
      /** As `speed`, `inference_geo`, `service_tier`, `model`, `counts` or `server_tool_use.*`. */
      readonly what: Redacted;
      readonly model: Redacted;
      readonly tenantId: Redacted;
      readonly attemptId: Redacted;
    }
  | {
      /** A limit said no, or would have (`shadow`). */
      readonly type: 'limit.refused';
      /** `tenant-requests`, `tenant-tokens`, `key-requests`, `user-requests`, `concurrent-runs` or `open-calls` (in shadow). */
      readonly limit: Redacted;
      readonly tenantId: Redacted;
      readonly keyId: Redacted;
      readonly shadow: boolean;
      /** `null`: the limit is 0, and waiting does not help. */
      readonly retryAfterMs: number | null;
    }
  | {
      /** The limits' store failed: a call went through uncounted. */
      readonly type: 'limit.unguarded';
      readonly limit: Redacted;
      readonly error: Redacted;
    }
  | {
      /** A budget said no, or would have (`shadow`). */
      readonly type: 'budget.refused';
      readonly tenantId: Redacted;
      /** `tenant`, `key`, `user` or `stage`. */
      readonly scope: Redacted;
      /** `day` or `month`. */
      readonly period: Redacted;
      readonly shadow: boolean;
      readonly limitUsd: Redacted;
      readonly usedUsd: Redacted;
      readonly reservedUsd: Redacted;
      readonly askedUsd: Redacted;
    }
  | {
      /** What was spent has reached this part of a budget, for the first time in its day or month and with its limit. */
      readonly type: 'budget.threshold';
      /** Of the stage's budget: whose call reached it. */
      readonly tenantId: Redacted;
      /** Whose budget it is: `tenant`, `key`, `user` or `stage`. */
      readonly scope: Redacted;
      readonly keyId?: Redacted;
      /** By the pseudonym. */
      readonly user?: Redacted;
      /** As `2026-11-20` or `2026-11`. */
      readonly period: Redacted;
      readonly percent: number;
      readonly limitUsd: Redacted;
      readonly spentUsd: Redacted;
    }
  | {
      /** The books of an attempt are not closed after two seconds: they are parked for the reconciler, and tried further. */
      readonly type: 'budget.delayed';
      readonly tenantId: Redacted;
      readonly attemptId: Redacted;
      readonly error: Redacted;
    }
  | {
      /** A reservation could not be settled by its own process; reconciling will. */
      readonly type: 'budget.unsettled';
      readonly tenantId: Redacted;
      readonly attemptId: Redacted;
      readonly error: Redacted;
    }
  | {
      /** A reservation outlived its process and was settled: `recorded` by its usage record, `lost` at its full amount. */
      readonly type: 'budget.reconciled';
      readonly tenantId: Redacted;
      readonly attemptId: Redacted;
      readonly outcome: Redacted;
      readonly costUsd: Redacted;
    }
  | {
      /** An attempt that was given up as lost had a cost after all, which replaced the estimate. */
      readonly type: 'usage.adjusted';
      readonly tenantId: Redacted;
      readonly attemptId: Redacted;
      readonly byUsd: Redacted;
    }
  | {
      /** The counter of a closed day differs from the sum of its usage records. */
      readonly type: 'budget.drifted';
      readonly tenantId: Redacted;
      readonly day: Redacted;
      /** Counter less records. */
      readonly driftUsd: Redacted;
    }
  | {
      /** All tenants' reservations were looked at. */
      readonly type: 'budgets.reconciled';
      readonly tenants: number;
      readonly settled: number;
      readonly failed: number;
      /** What all tenants that were read will have spent at the end of the UTC day; `null` in its first hour. */
      readonly forecastUsd: Redacted | null;
      readonly durationMs: number;
    };
