import type { Attempt, Bracket } from './types.ts';

export interface ModelCallParts {
  readonly fallback: Bracket;
  readonly retry: Bracket;
  readonly circuit: Bracket;
  readonly budget: Bracket;
  readonly attempt: Attempt;
}

/**
 * One model call made safe. The order is the design: a fallback tries each model with its own retries,
 * every retry asks the circuit first, and whatever passes it is reserved, supervised and settled one by one.
 */
export const createModelCall = ({ fallback, retry, circuit, budget, attempt }: ModelCallParts): Attempt =>
  fallback(retry(circuit(budget(attempt))));
