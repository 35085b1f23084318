import { AppError } from '../kernel/errors.ts';
import { ZERO } from '../kernel/money.ts';
import { label, safe } from '../kernel/redacted.ts';
import { nameError } from '../telemetry/describe-error.ts';
import { refusal } from './faults.ts';
import { tokensBefore } from './limited-tokens.ts';
import { reserveAttempt, type AttemptToReserve, type ReservedAttempt, type ReserveParts } from './reserve-attempt.ts';
import type { SettleParts } from './settle-attempt.ts';
import type { CallContext } from './types.ts';

export interface AdmitParts extends Omit<ReserveParts, 'budgets'> {
  readonly budgets: ReserveParts['budgets'] & Pick<SettleParts['budgets'], 'settle'>;
}

/**
 * Asks the caller's limits and every budget at the same time, and gives back what the one has granted where the other
 * refuses. A refusal of the limits is told before one of the budgets.
 */
export const admitAttempt = async (
  parts: AdmitParts,
  attempt: AttemptToReserve,
  context: CallContext,
): Promise<ReservedAttempt> => {
  const { account, admission, booked, step, tenantId } = context;
  const { attemptId, request, worst } = attempt;
  const entering = admission.enter(step, () => tokensBefore(request, worst.textBytes));
  // A call that a limit refuses asks the provider for nothing, not even for a count.
  const countTokens: ReserveParts['api']['countTokens'] = async (...counting) => {
    if ((await entering) !== null) throw new AppError('rate-limited', safe`The call is refused.`);
    return parts.api.countTokens(...counting);
  };
  const [denied, reserved] = await Promise.all([
    entering,
    reserveAttempt({ ...parts, api: { countTokens } }, attempt, context),
  ]);
  if (denied === null) {
    // What earlier attempts of the call have used stays taken.
    if (!reserved.held && booked.length === 0) account.keep(admission.undo(step));
    return reserved;
  }
  if (reserved.held)
    account.keep(
      parts.budgets.settle(reserved.reservation, ZERO).catch((error: unknown) => {
        const ids = { tenantId: label(tenantId), attemptId: label(attemptId) };
        parts.emit({ type: 'budget.unsettled', ...ids, error: nameError(error) });
      }),
    );
  return { held: false, fault: refusal(denied) };
};
