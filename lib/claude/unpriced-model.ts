import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';

/** A model that is asked for, at that path, has no known price: what a call of it costs could be held to no budget. */
export const unpricedModel = (path = 'model'): AppError =>
  new AppError('unpriced-model', safe`A model without a known price is not called.`, {
    issues: [{ path, message: safe`has no known price` }],
  });
