import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { Budgets } from './budgets.ts';

const RETRY_AFTER_MS = 60_000;

/** Budgets of which nothing can be reserved, as while the books are restored: what was reserved before is settled as ever. */
export const refusing = (budgets: Budgets): Budgets => ({
  ...budgets,
  reserve: () =>
    Promise.reject(
      new AppError('store-unavailable', safe`The books are being restored, so no call is paid for.`, {
        retryAfterMs: RETRY_AFTER_MS,
      }),
    ),
});
