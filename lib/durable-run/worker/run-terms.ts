import type { Terms } from '../../agent/loop/types.ts';
import { isAllowed } from '../../caller/allowed-models.ts';
import { budgetOf } from '../../caller/call-budget.ts';
import { closedLimit, limitClosed } from '../../caller/caller-limits.ts';
import { AppError, asAppError } from '../../kernel/errors.ts';
import { safe } from '../../kernel/redacted.ts';
import { checkAllowed } from '../../run/allowed-run.ts';
import type { Tenant } from '../../tenants/types.ts';
import { type Snapshot, type Submission, workingPrincipal } from '../submission.ts';

/** What a run goes on with, whatever its tenant is allowed by now. */
export interface RunUnderTerms extends Pick<Snapshot, 'model' | 'standIns'> {
  readonly submission: Pick<Submission, 'principal' | 'request'>;
  readonly agent: string;
}

const refusalOf = (run: RunUnderTerms, tenant: Tenant): AppError | null => {
  const { principal, request } = run.submission;
  if (tenant.status !== 'active') return new AppError('forbidden', safe`The tenant is suspended.`);
  try {
    checkAllowed(run.agent, run.model, tenant);
  } catch (error) {
    return asAppError(error);
  }
  const working = workingPrincipal(principal, tenant);
  const { maxConcurrentRuns } = tenant;
  const limited = { ...working, tenant: { ...working.tenant, maxConcurrentRuns } };
  const closed = closedLimit({ principal: limited, userId: request.userId ?? null });
  return closed === null ? null : limitClosed(closed);
};

/** What a tenant's settings mean for the next step of a run that began under others. */
export const runTerms = (run: RunUnderTerms, tenant: Tenant): Terms => {
  const refusal = refusalOf(run, tenant);
  return {
    refusal,
    budget: budgetOf(workingPrincipal(run.submission.principal, tenant), run.submission.request.userId ?? null),
    maxRetries: tenant.maxRetries,
    standIns: run.standIns.filter((model) => isAllowed(tenant, model)),
    // What no model will read is of no use, and may have an effect.
    mayUse: (tool) => refusal === null && (tenant.allowedTools?.includes(tool) ?? true),
  };
};
