import { type Account, NO_LIMITS, type Scope, stageAccount } from '../budget/account.ts';
import { parseUsd } from '../kernel/money.ts';
import type { Attempt, CallBudget } from './types.ts';

/**
 * Calls that reserve in the stage's own account too, whoever makes them: what all tenants spend in a UTC day stays within
 * `dailyUsd`, a decimal of US dollars. Without one, nothing is read or written for it.
 */
export const withStageBudget = (dailyUsd: string | undefined, callModel: Attempt): Attempt => {
  if (dailyUsd === undefined) return callModel;
  const stage = stageAccount({ day: parseUsd(dailyUsd), month: null });
  return (request, context) => {
    const { budget } = context.bounds;
    const others = [...budget.others, stage];
    return callModel(request, { ...context, bounds: { ...context.bounds, budget: { ...budget, others } } });
  };
};

/** Whether what this account's limits say is only told: a tenant's shadow mode is about limits of its own, not about the stage's. */
export const isShadowed = ({ shadow }: Pick<CallBudget, 'shadow'>, scope: Scope): boolean =>
  shadow && scope !== 'stage';

/** The account as it counts for a call that its own limits do not refuse. */
export const withoutOwnLimits = (account: Account): Account =>
  account.scope === 'stage' ? account : { ...account, limits: NO_LIMITS };
