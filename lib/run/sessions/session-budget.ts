import { parseUsd, type PicoUsd } from '../../kernel/money.ts';
import type { SessionBudget } from '../../model-call/booking/run-account.ts';
import type { Tenant } from '../../tenants/types.ts';

/**
 * What a tenant's `sessionBudgetUsd` leaves the run that holds a session. Nobody else spends of it meanwhile, so the limit
 * is as hard as a run's own, with no item of its own.
 */
export const sessionBudget = (
  { sessionBudgetUsd, shadow }: Tenant,
  session: { readonly spent: PicoUsd } | null,
): SessionBudget | null =>
  session === null || sessionBudgetUsd === null || shadow.includes('budget')
    ? null
    : { limit: parseUsd(sessionBudgetUsd), used: session.spent };
