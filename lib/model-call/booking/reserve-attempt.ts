import type { SpentBudgets } from '../../accounts/thresholds/spent-budgets.ts';
import { beingSettled } from '../../budget/answer.ts';
import { type Refusal, wouldFitLater } from '../../budget/balance.ts';
import type { Budgets } from '../../budget/budgets.ts';
import type { Reservation } from '../../budget/reservation.ts';
import { type Clock, orAborted } from '../../kernel/clock.ts';
import { createDeadline } from '../../kernel/deadline.ts';
import { asAppError } from '../../kernel/errors.ts';
import { type PicoUsd, ZERO } from '../../kernel/money.ts';
import type { Emit } from '../../telemetry/events.ts';
import { fault, refusal as refused } from '../faults.ts';
import type { Fault } from '../outcome.ts';
import type { ModelRequest, Provider } from '../provider.ts';
import { isShadowed, withoutOwnLimits } from '../stage-budget.ts';
import type { AttemptContext } from '../types.ts';
import {
  budgetError,
  budgetRefused,
  crowdedError,
  crowdedEvent,
  isHeldBySession,
  runLimitError,
  sessionBudgetError,
} from './budget-errors.ts';
import type { CostBound } from './cost-bound.ts';
import { ownBooks } from './own-books.ts';

export interface ReserveParts {
  readonly budgets: Pick<Budgets, 'reserve'>;
  /** Settles at zero what is held for an attempt that is not made. */
  readonly giveBack: (reservation: Reservation) => void;
  readonly provider: Pick<Provider, 'countTokens'>;
  readonly clock: Clock;
  readonly emit: Emit;
  /** Is given budgets that refuse calls. Default: nobody is. */
  readonly spent?: Pick<SpentBudgets, 'note'> | undefined;
}

export interface AttemptToReserve {
  readonly attemptId: string;
  readonly request: ModelRequest;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly costBound: CostBound;
}

export type ReservedAttempt =
  | {
      readonly held: true;
      readonly reservation: Reservation;
      readonly maxTokens: number;
      readonly costBound: CostBound;
      /** Puts what it did cost in its place in the run's own account, once. */
      readonly settle: (actual: PicoUsd) => void;
    }
  | { readonly held: false; readonly fault: Fault };

/** Longest wait for the provider's count: without it the call is refused, which is better than late. */
const COUNT_LIMIT_MS = 3_000;

/** What is added to the provider's own count, which it calls an estimate. */
const COUNT_MARGIN = 1.05;

/**
 * Others reserve at the same time, so what was left may be gone again; after so many tries the budget is as good as
 * spent.
 */
const MAX_TRIES = 5;

/** So far the clock of who said that nothing of before is held may be ahead: what begins later belongs to its own day. */
const FENCED_AHEAD_MS = 60_000;

const least = (...amounts: readonly (PicoUsd | null)[]): PicoUsd | null =>
  amounts.reduce((lowest, each) => (lowest === null || (each !== null && each < lowest) ? each : lowest), null);

/** Another id of the same attempt, which begins as the first does: so whoever adds up a call's attempts finds it too. */
const anew = (attemptId: string): string => `${attemptId}:anew`;

/** Its input as the provider counts it; as it was where the provider does not answer in time. */
const counted = async (
  { provider, clock }: Pick<ReserveParts, 'provider' | 'clock'>,
  request: ModelRequest,
  costBound: CostBound,
  { key, bounds: { deadline }, caller: { hops }, listener: { wire } }: AttemptContext,
): Promise<CostBound> => {
  using limit = createDeadline(clock, COUNT_LIMIT_MS, deadline.signal);
  const tokens = await provider.countTokens(request, { key, wire, hops, signal: limit.signal }).catch(() => null);
  return (tokens === null ? null : costBound.counted(Math.ceil(tokens * COUNT_MARGIN))) ?? costBound;
};

/**
 * Holds back what an attempt can cost at most, in the run's own limit and in every budget. Where that is too much, its
 * output is lowered to what is left, and only where even that does not fit is its input counted by the provider.
 */
export const reserveAttempt = async (
  parts: ReserveParts,
  { attemptId, request, at, costBound: first }: AttemptToReserve,
  context: AttemptContext,
): Promise<ReservedAttempt> => {
  const { budgets, emit, giveBack } = parts;
  const { account, agent } = context;
  const { budget, deadline } = context.bounds;
  const { tenantId, keyId, userId } = context.caller;
  let identity = { attemptId, tenantId, at, keyId, userId, agent, model: request.model };
  let { tenant, others } = budget;
  let costBound = first;
  let isCounted = false;
  let refusal: Refusal | null = null;

  const no = (asked: PicoUsd, atLeast = asked): ReservedAttempt => {
    const own = account.remaining();
    if (refusal === null || (own !== null && own < refusal.remaining)) {
      if (isHeldBySession(account)) return { held: false, fault: refused(sessionBudgetError(account, asked)) };
      return { held: false, fault: refused(runLimitError(account, asked), 'run-cost') };
    }
    emit(budgetRefused(tenantId, refusal, asked, false));
    // What is only reserved may be there again.
    if (parts.spent !== undefined && !wouldFitLater(refusal, atLeast))
      context.background.waitUntilExit(parts.spent.note(refusal, asked, { tenantId, keyId, userId, at }));
    return { held: false, fault: refused(budgetError(refusal, asked, atLeast)) };
  };

  for (let tries = 0; ;) {
    const left = least(account.remaining(), refusal?.remaining ?? null);
    const fit = costBound.fit(left);
    if (!fit.fits) {
      // Where not even the output could be paid for, no count of the input would help.
      const { asked, outputAlone } = fit;
      if (isCounted || !costBound.countable) return no(asked);
      if (outputAlone >= (left ?? 0n)) return no(asked, outputAlone);
      costBound = await counted(parts, request, costBound, context);
      isCounted = true;
      if (deadline.stoppedBy !== null) return { held: false, fault: fault(deadline.stoppedBy) };
      continue;
    }
    if (tries === MAX_TRIES) return no(fit.reserve);
    tries += 1;
    // What stands in the way may be this call's own, and about to be gone.
    const isOwn = account.isClosing;
    const reservation = { ...identity, amount: fit.reserve };
    // Never broken off, only not waited for: what it holds is given back when it is known.
    const reserving = budgets.reserve({ reservation, tenant, others, giveBack });
    // Before anything is waited for: other calls of the run may ask meanwhile.
    const settle = account.reserve(fit.reserve);
    try {
      const answer = await orAborted(reserving, deadline.signal);
      if (answer.held)
        return { held: true, reservation: answer.reservation, maxTokens: fit.maxTokens, costBound, settle };
      settle(ZERO);
      if (answer.fenced) identity = { ...identity, attemptId: anew(identity.attemptId) };
      if (answer.why === 'fenced-off') {
        const now = parts.clock.now();
        if (tries === MAX_TRIES || answer.through > now + FENCED_AHEAD_MS)
          return { held: false, fault: refused(beingSettled()) };
        identity = { ...identity, at: Math.max(now, answer.through + 1) };
      } else if (answer.why === 'crowded') {
        // Without limits too it is refused where the item is full of marks.
        if (!isShadowed(budget, answer.scope) || tenant !== budget.tenant)
          return { held: false, fault: refused(crowdedError(answer.scope)) };
        emit(crowdedEvent(identity));
        [tenant, others] = [withoutOwnLimits(tenant), others.map(withoutOwnLimits)];
      } else if (isOwn && !isShadowed(budget, answer.refusal.scope) && answer.refusal.reserved > 0n) {
        await ownBooks(parts.clock, context);
        tries -= 1;
      } else if (isShadowed(budget, answer.refusal.scope)) {
        emit(budgetRefused(tenantId, answer.refusal, fit.reserve, true));
        [tenant, others] = [withoutOwnLimits(tenant), others.map(withoutOwnLimits)];
      } else refusal = answer.refusal;
    } catch (error) {
      settle(ZERO);
      if (deadline.stoppedBy === null) return { held: false, fault: refused(asAppError(error)) };
      const late = reserving.then((answer) => {
        if (answer.held) giveBack(answer.reservation);
      });
      // The process is kept for it; the answer is not.
      account.close({ secured: Promise.resolve(), ended: late.catch(() => undefined) });
      return { held: false, fault: fault(deadline.stoppedBy) };
    }
  }
};
