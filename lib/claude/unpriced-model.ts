import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';

/** The model that was asked for has no known price: what a call of it costs could be held to no budget. */
export const unpricedModel = (): AppError =>
  new AppError('unpriced-model', safe`A model without a known price is not called.`, {
    issues: [{ path: 'model', message: safe`has no known price` }],
  });
