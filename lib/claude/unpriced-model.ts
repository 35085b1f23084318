import { AppError } from '../kernel/errors.ts';
import { label, safe } from '../kernel/redacted.ts';
import { nearestModel } from '../usage/nearest-model.ts';
import type { PriceTable } from '../usage/price-table.ts';

/**
 * A model that is asked for, at that path, has no known price: what a call of it costs could be held to no budget. `prices` has
 * those that are known, of which one may be meant.
 */
export const unpricedModel = (model: string, prices: PriceTable, path = 'model'): AppError => {
  const meant = nearestModel(model, prices.keys());
  const message = safe`has no known price`;
  return new AppError('unpriced-model', safe`A model without a known price is not called.`, {
    issues: [{ path, message: meant === null ? message : safe`${message}; did you mean ${label(meant)}?` }],
  });
};
