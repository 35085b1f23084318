import type { Scope } from '../../budget/account.ts';
import { type Refusal, wouldFitLater } from '../../budget/balance.ts';
import { MAX_OPEN } from '../../budget/store.ts';
import { AppError } from '../../kernel/errors.ts';
import { formatUsd, type PicoUsd, plus, ZERO } from '../../kernel/money.ts';
import { label, safe } from '../../kernel/redacted.ts';
import type { BallastEvent } from '../../telemetry/events.ts';
import type { RunAccount } from './run-account.ts';

/** When a call that only open reservations keep out may be tried again: most calls end within seconds. */
const RESERVED_RETRY_MS = 2_000;

/** When one of a crowd may try again: so long that who asks again and again does not cost as much as who is let in. */
const CROWDED_RETRY_MS = 2_000;

/** The run's own limit (`maxCostUsd`) does not cover the call. */
export const runLimitError = ({ limit, spent, reserved }: RunAccount, asked: PicoUsd): AppError =>
  new AppError('budget-exceeded', safe`What is left of the run's own limit does not cover another model call.`, {
    figures: {
      limit: formatUsd(limit ?? spent),
      used: formatUsd(spent),
      reserved: formatUsd(reserved),
      asked: formatUsd(asked),
    },
  });

/** Whether it is the session's budget, rather than the run's own limit, that leaves the run less. */
export const isHeldBySession = ({ limit, session }: RunAccount): boolean =>
  session !== null && (limit === null || session.limit - session.used < limit);

/** The budget of the run's session does not cover the call; nobody else spends of it meanwhile. */
export const sessionBudgetError = ({ session, spent, reserved }: RunAccount, asked: PicoUsd): AppError =>
  new AppError('budget-exceeded', safe`What is left of the budget of the session does not cover this call.`, {
    figures: {
      limit: formatUsd(session?.limit ?? spent),
      used: formatUsd(plus(session?.used ?? ZERO, spent)),
      reserved: formatUsd(reserved),
      asked: formatUsd(asked),
    },
  });

/**
 * A budget does not cover the call; `retryAfterMs` only where open reservations are the cause, as far as is known:
 * `atLeast` is the least that it can come to.
 */
export const budgetError = (refusal: Refusal, asked: PicoUsd, atLeast: PicoUsd): AppError => {
  const { scope, period, limit, spent, reserved } = refusal;
  return new AppError(
    'budget-exceeded',
    safe`What is left of the ${label(period)}'s budget of the ${label(scope)} does not cover this call.`,
    {
      figures: {
        limit: formatUsd(limit),
        used: formatUsd(spent),
        reserved: formatUsd(reserved),
        asked: formatUsd(asked),
      },
      ...(reserved > 0n && wouldFitLater(refusal, atLeast) ? { retryAfterMs: RESERVED_RETRY_MS } : {}),
    },
  );
};

/** So many calls of the account are under way that one more would make settling them fall behind. */
export const crowdedError = (scope: Scope): AppError =>
  new AppError('rate-limited', safe`Too many model calls of the ${label(scope)} are under way at once.`, {
    retryAfterMs: CROWDED_RETRY_MS,
    figures: { limit: String(MAX_OPEN), used: '0', reserved: String(MAX_OPEN), asked: '1' },
  });

/** What a shadowed budget would have refused for the crowd. */
export const crowdedEvent = ({ tenantId, keyId }: { tenantId: string; keyId: string }): BallastEvent => ({
  type: 'limit.refused',
  limit: safe`open-calls`,
  tenantId: label(tenantId),
  keyId: label(keyId),
  shadow: true,
  retryAfterMs: CROWDED_RETRY_MS,
});

export const budgetRefused = (tenantId: string, refusal: Refusal, asked: PicoUsd, shadow: boolean): BallastEvent => ({
  type: 'budget.refused',
  tenantId: label(tenantId),
  scope: label(refusal.scope),
  period: label(refusal.period),
  shadow,
  limitUsd: label(formatUsd(refusal.limit)),
  usedUsd: label(formatUsd(refusal.spent)),
  reservedUsd: label(formatUsd(refusal.reserved)),
  askedUsd: label(formatUsd(asked)),
});
