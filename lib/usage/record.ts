import type { Patience } from '../dynamodb/with-store-retries.ts';
import { type PicoUsd, ZERO } from '../kernel/money.ts';

/** What one attempt used, by the kinds that are priced apart. All counts are whole. */
export interface TokenUsage {
  /** Neither read from nor written to the prompt cache. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheWrite5mInputTokens: number;
  readonly cacheWrite1hInputTokens: number;
  /** Not tokens, but billed beside them: by the search. */
  readonly webSearchRequests: number;
}

export const NO_TOKENS: TokenUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadInputTokens: 0,
  cacheWrite5mInputTokens: 0,
  cacheWrite1hInputTokens: 0,
  webSearchRequests: 0,
};

/**
 * Why a record holds an estimate: `cut` (the answer broke off), `unanswered` (sent, but nothing came back), `lost` (its
 * process died), `uncounted` (it was answered, and its counts are missing or none), `unpriced` (it was answered, and
 * something of what it names has no known price).
 */
export const ESTIMATES = ['cut', 'unanswered', 'lost', 'uncounted', 'unpriced'] as const;

/** `null` where the upstream said the figures itself. */
export type Estimate = null | (typeof ESTIMATES)[number];

/** The agent that usage names for what clients of the gateway ask. */
export const GATEWAY = 'gateway';

/** What the caller of a run said that it belongs to. */
export interface UsageLabels {
  readonly sessionId: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

/** One HTTP attempt at a model, on the books. */
export interface UsageRecord {
  /** `runId:step:attempt`, unique; it decides that the record is written once. */
  readonly attemptId: string;
  readonly runId: string;
  readonly tenantId: string;
  readonly keyId: string;
  /** The end user as `bookedName` has them; earlier versions booked the `userId` itself. */
  readonly userId: string | null;
  readonly agent: string;
  /** Default: none, as of a gateway call, and of an attempt whose process died. */
  readonly labels?: UsageLabels | undefined;
  /** The model that served, or was asked to. */
  readonly model: string;
  /** Epoch milliseconds at which the attempt was reserved; its day, month and price follow from it. */
  readonly at: number;
  /** Whether a complete answer came. */
  readonly answered: boolean;
  readonly estimated: Estimate;
  readonly tokens: TokenUsage;
  readonly cost: PicoUsd;
  /**
   * The part of `cost` that no answer confirmed. Default: all of it where it is `estimated`, else nothing. An adjustment
   * takes back what it confirms; those of earlier versions have none.
   */
  readonly estimatedCost?: PicoUsd;
}

/** The part of a record's cost that no answer confirmed. */
export const estimatedPartOf = ({ estimated, cost, estimatedCost }: UsageRecord): PicoUsd =>
  estimatedCost ?? (estimated === null ? ZERO : cost);

/** What the database does atomically for usage records. */
export interface UsageStore {
  /** Writes the record if its attempt has none yet; `false` when it had. Default patience: three attempts. */
  add(record: UsageRecord, patience?: Patience): Promise<boolean>;
  find(tenantId: string, at: number, attemptId: string): Promise<UsageRecord | null>;
  /** All records of a tenant whose `at` lies in the UTC hour of `at`, in the order of their ids; or those whose ids begin so. */
  inHour(tenantId: string, at: number, prefix?: string): AsyncIterable<UsageRecord>;
  /** The same from the last id to the first, or those alone that stand before the id `below`. */
  downInHour(tenantId: string, at: number, below: string | null): AsyncIterable<UsageRecord>;
}
