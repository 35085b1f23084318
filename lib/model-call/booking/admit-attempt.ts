import { settlePatience } from '../../accounts/settle-patience.ts';
import type { Reservation } from '../../budget/reservation.ts';
import { AppError } from '../../kernel/errors.ts';
import { ZERO } from '../../kernel/money.ts';
import { safe } from '../../kernel/redacted.ts';
import { refusal } from '../faults.ts';
import { tokensBefore } from '../metering/limited-tokens.ts';
import type { AttemptContext } from '../types.ts';
import { type AttemptToReserve, reserveAttempt, type ReservedAttempt, type ReserveParts } from './reserve-attempt.ts';
import { closeBooks, type SettleParts } from './settle-attempt.ts';

export interface AdmitParts extends Omit<ReserveParts, 'budgets' | 'giveBack'>, Omit<SettleParts, 'budgets' | 'clock'> {
  readonly budgets: ReserveParts['budgets'] & SettleParts['budgets'];
}

/**
 * Asks the caller's limits and every budget at the same time, and gives back what the one has granted where the other
 * refuses. A refusal of the limits is told before one of the budgets.
 */
export const admitAttempt = async (
  parts: AdmitParts,
  attempt: AttemptToReserve,
  context: AttemptContext,
): Promise<ReservedAttempt> => {
  const { account, background, booked, step } = context;
  const { admission, deadline } = context.bounds;
  const { request, costBound } = attempt;
  const entering = admission.enter(step, () => tokensBefore(request, costBound.textBytes));
  // A call that a limit refuses asks the provider for nothing, not even for a count.
  const countTokens: ReserveParts['provider']['countTokens'] = async (...counting) => {
    if ((await entering) !== null) throw new AppError('rate-limited', safe`The call is refused.`);
    return parts.provider.countTokens(...counting);
  };
  const giving = (reservation: Reservation) =>
    closeBooks(parts, reservation, null, settlePatience(parts.clock, deadline));
  // The answer does not wait for a store that has just failed.
  const giveBack = (reservation: Reservation) =>
    account.close({ secured: Promise.resolve(), ended: giving(reservation).ended });
  const [denied, reserved] = await Promise.all([
    entering,
    reserveAttempt({ ...parts, provider: { countTokens }, giveBack }, attempt, context),
  ]);
  if (denied === null) {
    // What earlier attempts of the call have used stays taken.
    if (!reserved.held && booked.length === 0) background.waitUntil(admission.undo(step));
    return reserved;
  }
  if (reserved.held) {
    reserved.settle(ZERO);
    account.close(giving(reserved.reservation));
  }
  return { held: false, fault: refusal(denied) };
};
