import { passThrough } from './pass-through.ts';
import { supervisedAttempt, type SupervisedAttemptOptions } from './supervised-attempt.ts';
import type { Attempt, Bracket } from './types.ts';
import { withBudget, type WithBudgetOptions } from './with-budget.ts';
import { withRetry, type WithRetryOptions } from './with-retry.ts';

export interface ModelCallParts extends WithRetryOptions, WithBudgetOptions, SupervisedAttemptOptions {
  readonly api: WithBudgetOptions['api'] & SupervisedAttemptOptions['api'];
  /** Asks each attempt's circuit first. */
  readonly circuit: Bracket;
  /** Tries the models of a chain in turn. Default: the one that was asked for. */
  readonly fallback?: Bracket;
}

/**
 * One model call made safe. The order is the design: a fallback tries each model with its own retries,
 * every retry asks the circuit first, and whatever passes it is reserved, supervised and settled one by one.
 */
export const createModelCall = ({ fallback = passThrough, circuit, ...parts }: ModelCallParts): Attempt =>
  fallback(withRetry(parts)(circuit(withBudget(parts)(supervisedAttempt(parts)))));
