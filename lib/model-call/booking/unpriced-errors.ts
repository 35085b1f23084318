import { AppError } from '../../kernel/errors.ts';
import { withHint } from '../../kernel/nearest-name.ts';
import { label, safe } from '../../kernel/redacted.ts';
import type { Unpriceable } from '../../pricing/bounds/judge-request.ts';
import { nearestModel } from '../../pricing/nearest-model.ts';
import type { PriceTable } from '../../pricing/price-table.ts';

/**
 * A model that is asked for, at that path, has no known price: what a call of it costs could be held to no budget. `prices` has
 * those that are known, of which one may be meant.
 */
export const unpricedModel = (model: string, prices: PriceTable, path = 'model'): AppError => {
  const message = safe`has no known price`;
  return new AppError('unpriced-model', safe`A model without a known price is not called.`, {
    issues: [{ path, message: withHint(message, nearestModel(model, [...prices.keys()])) }],
  });
};

/** A request asks for what nobody can price beforehand, and somebody's limit has to hold. Names it, where it stands, and the way out. */
export const unpricedFeature = (features: readonly Unpriceable[]): AppError => {
  const names = [...new Set(features.map(({ name }) => label(name)))].reduce((all, name) => safe`${all}, ${name}`);
  const isCounted = features.some(({ needs }) => needs !== undefined);
  const remedy = isCounted ? safe`Set its max_uses, leave it out, or` : safe`Leave it out, or`;
  return new AppError(
    'unpriced-feature',
    safe`The cost of this request cannot be bounded beforehand: ${names}. ${remedy} have an administrator set allowUnboundedFeatures.`,
    {
      issues: features.map(({ path, name, needs }) => ({
        path: label(path),
        message:
          needs === undefined ? safe`${label(name)} has no known bound` : safe`${label(name)} needs ${label(needs)}`,
      })),
    },
  );
};
