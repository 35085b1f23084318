/**
 * What work asks of AWS, as tests count it (test/scripts/cost-counts.test.ts): `writes` and `reads` are operations of
 * DynamoDB, and `writeUnits` what they are billed as, with indexes and items above 1 KB.
 */
export interface Counted {
  readonly writes: number;
  readonly reads: number;
  readonly writeUnits: number;
  /** Operations of a durable execution. */
  readonly durable: number;
  /** Bytes in the logs at the level of prod: lines of Ballast, of its metrics, of Lambda and of the API. */
  readonly logBytes: number;
}

/** Each kind of work, with one model call; asynchronous runs with two, and a tool between them. */
export const OF_REQUESTS = {
  runs: { writes: 4, reads: 0, writeUnits: 6, durable: 0, logBytes: 9_000 },
  'gateway calls': { writes: 4, reads: 0, writeUnits: 4, durable: 0, logBytes: 6_000 },
  'asynchronous runs': { writes: 27, reads: 11, writeUnits: 34, durable: 13, logBytes: 16_000 },
} as const satisfies Record<string, Counted>;

export type Kind = keyof typeof OF_REQUESTS;

/** What a call of a scheduled function asks that finds nothing to do. */
export const OF_SCHEDULES: Readonly<Record<string, { readonly writes: number; readonly reads: number }>> = {
  'probe-dependencies': { writes: 2, reads: 5 },
  'reconcile-budgets': { writes: 0, reads: 3 },
  'sweep-runs': { writes: 0, reads: 33 },
  'deliver-webhooks': { writes: 0, reads: 16 },
  'notify-alarm': { writes: 0, reads: 2 },
};

/** Bytes of what Lambda logs of such a call, and at DEBUG Ballast: estimates, on the safe side. */
export const QUIET_LOG_BYTES = { DEBUG: 1_300, INFO: 450, WARN: 450, ERROR: 450 } as const;

/** Metrics of a stage with one agent on one model and two tools, if each has a value in every hour. */
export const METRICS_IN_USE = 60;
