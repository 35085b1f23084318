import { AppError } from '../kernel/errors.ts';
import { label, safe } from '../kernel/redacted.ts';
import { dayOf } from '../usage/reports/dimensions.ts';

/** A model whose provider serves it no more since that instant (epoch milliseconds): it is not called. */
export const retiredModel = (retiredAt: number): AppError => {
  const day = label(dayOf(retiredAt));
  return new AppError('invalid-request', safe`The model was retired by its provider on ${day}.`, {
    issues: [{ path: 'model', message: safe`was retired on ${day}` }],
  });
};
