import { supervisedAttempt, type SupervisedAttemptOptions } from './attempt/supervised-attempt.ts';
import type { Attempt } from './types.ts';
import { withBudget, type WithBudgetOptions } from './with-budget.ts';
import { asOneCall, withCircuit, type WithCircuitOptions } from './with-circuit.ts';
import { withFallback, type WithFallbackOptions } from './with-fallback.ts';
import { withKeyPool, type WithKeyPoolOptions } from './with-key-pool.ts';
import { withRetry, type WithRetryOptions } from './with-retry.ts';

export interface ModelCallParts
  extends
    WithFallbackOptions,
    WithRetryOptions,
    WithKeyPoolOptions,
    WithCircuitOptions,
    WithBudgetOptions,
    SupervisedAttemptOptions {
  readonly circuits: WithRetryOptions['circuits'] & WithKeyPoolOptions['circuits'] & WithCircuitOptions['circuits'];
  readonly provider: WithBudgetOptions['provider'] & SupervisedAttemptOptions['provider'];
}

/**
 * One model call made safe. The order is the design: the chain tries each model, as one call with its own retries, every try has a
 * key that is not resting and asks the circuit, and whatever passes that is reserved, supervised and settled one by
 * one.
 */
export const createModelCall = (parts: ModelCallParts): Attempt => {
  const attempt = withCircuit(parts)(withBudget(parts)(supervisedAttempt(parts)));
  return withFallback(parts)(asOneCall(withRetry(parts)(withKeyPool(parts)(attempt))));
};
