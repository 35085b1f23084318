import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { Scope } from './account.ts';
import type { Refusal } from './balance.ts';
import type { Reservation } from './reservation.ts';

/** Why nothing is held. */
export type No =
  | { readonly held: false; readonly why: 'spent'; readonly refusal: Refusal }
  /** So many reservations of that account are open that it takes no more for the moment. */
  | { readonly held: false; readonly why: 'crowded'; readonly scope: Scope }
  /** It would fit, had it begun later than this instant (epoch milliseconds), up to which nothing is held any more. */
  | { readonly held: false; readonly why: 'fenced-off'; readonly through: number };

export type Answer =
  /** `unheld` in the reservation: no limit needs it, and so many are open that it is held by nobody. */
  | { readonly held: true; readonly reservation: Reservation }
  /** `fenced`: it went out twice, so that nothing is held under its id any more; ask again under another. */
  | (No & { readonly fenced: boolean });

/** Another amount is held under its id, or none ever again, or none that is begun now. */
export const beingSettled = (): AppError =>
  new AppError('store-unavailable', safe`The budget is being settled.`, { retryAfterMs: 1_000 });

/** Of several no's the one that lasts longest: money that is spent, then money that is reserved, then a crowd, then an instant. */
export const tightest = (all: readonly No[]): No | null =>
  all.reduce<No | null>((last, each) => {
    if (last === null || last.why === 'fenced-off') return each;
    if (last.why === 'crowded') return each.why === 'spent' ? each : last;
    return each.why === 'spent' && each.refusal.remaining < last.refusal.remaining ? each : last;
  }, null);
