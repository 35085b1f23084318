import type { Table } from '../dynamodb/table.ts';
import { label, safe } from '../kernel/redacted.ts';
import { nameError } from '../telemetry/describe-error.ts';
import { type Alert, alertId } from './alert.ts';
import { createDynamoDbAlertClaims } from './dynamodb-claims.ts';
import { createMail, type MailOptions } from './mail.ts';
import { createNotifyTargets, type NotifyTargetsOptions } from './notify-targets.ts';
import { createPost, type PostOptions } from './post.ts';
import { currentTargets, type TargetsOptions } from './targets.ts';

/** A part of its budget that a tenant's spending has reached. Money is decimal US dollars. */
export interface BudgetThreshold {
  readonly tenantId: string;
  /** As `2026-11-20` or `2026-11`. */
  readonly period: string;
  readonly percent: number;
  readonly limitUsd: string;
  readonly spentUsd: string;
}

/**
 * Tells every configured target of a threshold, once for its tenant, period and percentage, whoever asks and however
 * often. Resolves to whether all were told: after `false` it may be asked again. Never rejects, and does nothing where
 * no target is configured.
 */
export type NotifyBudget = (threshold: BudgetThreshold) => Promise<boolean>;

export interface BudgetAlertsOptions
  extends Omit<NotifyTargetsOptions, 'claims' | 'post' | 'mail'>, PostOptions, MailOptions, TargetsOptions {
  /** Where it is kept who was told. */
  readonly table: Pick<Table, 'putNewOrFind' | 'replace' | 'remove'>;
}

/** Longer than the longest period, a month, in which a threshold may be looked at again. */
const TOLD_FOR_MS = 40 * 24 * 3_600_000;

/** A threshold as it is told; the same id whatever was spent by then. */
export const budgetAlert = ({ tenantId, period, percent, limitUsd, spentUsd }: BudgetThreshold): Alert => {
  const rest = `has spent $${spentUsd} of its budget of $${limitUsd} for ${period} (${percent} % reached).`;
  return {
    id: alertId('budget', tenantId, period, String(percent)),
    alarm: label(`budget/${tenantId}/${period}`),
    state: safe`${percent}%`,
    text: `:moneybag: *${tenantId}* ${rest}`,
    mail: { subject: `${percent} % of the budget of ${tenantId} for ${period}`, text: `${tenantId} ${rest}` },
    fields: { type: 'budget.threshold', tenantId, period, percent, limitUsd, spentUsd },
  };
};

/** Thresholds of budgets over HTTP, each target told once by claims in the table. */
export const createBudgetAlerts = (options: BudgetAlertsOptions): NotifyBudget => {
  const { emit } = options;
  const claims = createDynamoDbAlertClaims({ ...options, notifiedForMs: TOLD_FOR_MS });
  const notify = createNotifyTargets({ ...options, claims, post: createPost(options), mail: createMail(options) });
  return async (threshold) => {
    try {
      return await notify([budgetAlert(threshold)], await currentTargets(options));
    } catch (error) {
      // Accounts go on while nobody can be told of them.
      emit({ type: 'store.failed', operation: safe`alerts.secret`, error: nameError(error) });
      return false;
    }
  };
};
