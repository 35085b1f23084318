import { NO_TOKENS, type TokenUsage } from '../../lib/usage/record.ts';

/** What one model used on one UTC day. */
export interface DayOfModel {
  /** As `2026-11-20`. */
  readonly day: string;
  /** The family: reports tell dated ids, requests mostly not. */
  readonly model: string;
  readonly counts: TokenUsage;
}

/** All that is billed apart, in the order of the columns. */
export const KINDS = Object.keys(NO_TOKENS) as readonly (keyof TokenUsage)[];

export const plusCounts = (a: TokenUsage, b: TokenUsage): TokenUsage =>
  Object.fromEntries(KINDS.map((kind) => [kind, a[kind] + b[kind]])) as Record<keyof TokenUsage, number>;
