import type { Table } from '../dynamodb/table.ts';
import { label, safe } from '../kernel/redacted.ts';
import { type Alert, alertId } from './alert.ts';
import { adviceFields, budgetAdvice } from './budget-advice.ts';
import { createDynamoDbAlertClaims } from './targets/dynamodb-claims.ts';
import { createMail, type MailOptions } from './targets/mail.ts';
import { createNotifyTargets, type NotifyTargetsOptions } from './targets/notify-targets.ts';
import { createPost, type PostOptions } from './targets/post.ts';
import { reachableTargets, type TargetsOptions } from './targets/targets.ts';

/** A part of a budget that spending has reached. Money is decimal US dollars. */
export interface BudgetThreshold {
  readonly tenantId: string;
  /** As `2026-11-20` or `2026-11`. */
  readonly period: string;
  readonly percent: number;
  readonly limitUsd: string;
  readonly spentUsd: string;
  /** Whose budget it is. Default: the tenant's. */
  readonly scope?: 'tenant' | 'key' | 'user' | 'stage';
  /** The key's id, or the end user's pseudonym. Default: it is the tenant's own, or the stage's. */
  readonly subject?: string | null;
  /** Whether it has refused a call. Default: not. */
  readonly isRefused?: boolean;
  /** A call that it has refused although more than a tenth was left; then `percent` is what was spent. Default: none. */
  readonly refused?: { readonly askedUsd: string; readonly reservedUsd: string };
}

/**
 * Tells every configured target of a threshold, once for its tenant, period, percentage and limit, whoever asks and however
 * often. Resolves to whether all were told: after `false` it may be asked again. Never rejects, and does nothing where
 * no target is configured.
 */
export type NotifyBudget = (threshold: BudgetThreshold) => Promise<boolean>;

export interface BudgetAlertsOptions
  extends Omit<NotifyTargetsOptions, 'claims' | 'post' | 'mail'>, PostOptions, MailOptions, TargetsOptions {
  /** Whose budgets they are, as messages say it. Default: they do not say it. */
  readonly stage?: string;
  /** Where it is kept who was told. */
  readonly table: Pick<Table, 'putNewOrFind' | 'replace' | 'remove'>;
}

/** Longer than the longest period, a month, in which a threshold may be looked at again. */
export const NOTIFIED_FOR_MS = 40 * 24 * 3_600_000;

const ownerOf = ({ tenantId, scope = 'tenant', subject = null }: BudgetThreshold): string => {
  if (scope === 'stage') return 'the stage';
  return subject === null ? tenantId : `${scope} ${subject} of ${tenantId}`;
};

const whatOf = ({ period, percent, limitUsd, spentUsd, isRefused, refused }: BudgetThreshold): string => {
  const budget = `$${spentUsd} of its budget of $${limitUsd} for ${period}`;
  if (refused !== undefined)
    return `has a call refused that asked for $${refused.askedUsd}, more than is left: ${budget} are spent (${percent} %), and $${refused.reservedUsd} reserved.`;
  return isRefused
    ? `has a call refused: ${budget} are spent, and what is left does not cover the call.`
    : `has spent ${budget} (${percent} % reached).`;
};

/**
 * A threshold as it is told; the same id whatever was spent by then, and whether spending or a refusal came first. A budget
 * that is raised or lowered has another one: calls may be refused again, and nobody would know.
 */
export const budgetAlert = (threshold: BudgetThreshold, stage?: string): Alert => {
  const { tenantId, period, percent, limitUsd, spentUsd, scope = 'tenant', subject = null, refused } = threshold;
  const owner = ownerOf(threshold);
  const advice = budgetAdvice(threshold, stage);
  const what = whatOf(threshold);
  const about = refused === undefined ? `${percent} % of` : 'A call is refused by';
  const whose = scope === 'stage' ? [scope] : subject === null ? [tenantId] : [tenantId, scope, subject];
  return {
    id: alertId('budget', ...whose, period, refused === undefined ? String(percent) : 'refused', limitUsd),
    alarm: label(`budget/${whose.join('/')}/${period}`),
    state: refused === undefined ? safe`${percent}%` : safe`refused`,
    text: `:moneybag: *${owner}* ${what}${advice.slack}`,
    mail: { subject: `${about} the budget of ${owner} for ${period}`, text: `${owner} ${what}${advice.mail}` },
    fields: {
      type: refused === undefined ? 'budget.threshold' : 'budget.refused',
      tenantId,
      period,
      percent,
      limitUsd,
      spentUsd,
      ...refused,
      ...adviceFields(threshold, stage),
      ...(scope === 'tenant' ? {} : { scope }),
      ...(subject === null ? {} : { [scope === 'key' ? 'keyId' : 'user']: subject }),
    },
  };
};

/** Thresholds of budgets over HTTP, each target told once by claims in the table. */
export const createBudgetAlerts = (options: BudgetAlertsOptions): NotifyBudget => {
  const claims = createDynamoDbAlertClaims({ ...options, notifiedForMs: NOTIFIED_FOR_MS });
  const notify = createNotifyTargets({ ...options, claims, post: createPost(options), mail: createMail(options) });
  return async (threshold) => {
    const { targets, areAll } = await reachableTargets(options);
    return (await notify([budgetAlert(threshold, options.stage)], targets)) && areAll;
  };
};
