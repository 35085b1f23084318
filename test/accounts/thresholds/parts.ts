import type { SpentBudget } from '../../../lib/accounts/thresholds/spent-items.ts';

/** A key's budget that has refused a call. */
export const SPENT: SpentBudget = {
  tenantId: 'acme',
  scope: 'key',
  subject: 'key-1',
  period: '2026-11-20',
  percent: 100,
  limitUsd: '10',
  spentUsd: '9.83',
  unsure: null,
};
