import { createBudgetAlerts, type BudgetAlertsOptions } from '../alerts/budget-alerts.ts';
import type { Budgets } from '../budget/budgets.ts';
import type { BudgetStore } from '../budget/store.ts';
import { viewBudget } from '../budget/view.ts';
import type { Table } from '../dynamodb/table.ts';
import type { Tenant, TenantDirectory } from '../tenants/types.ts';
import { createDynamoDbRollupStore } from '../usage/dynamodb-rollup-store.ts';
import type { UsageStore } from '../usage/record.ts';
import { createReports, type Reports } from '../usage/reports.ts';
import { createRollUps } from '../usage/roll-up.ts';
import type { ToolUsageStore } from '../usage/tool-record.ts';
import { limitsOf } from './budget-limits.ts';
import { createReconcileBudgets, type ReconcileBudgets } from './reconcile-budgets.ts';

export interface AccountingOptions extends Omit<BudgetAlertsOptions, 'table'> {
  readonly control: Table;
  readonly ledger: Table;
  readonly tenants: Pick<TenantDirectory, 'list'>;
  readonly store: BudgetStore;
  readonly budgets: Budgets;
  readonly usage: UsageStore;
  readonly tools: ToolUsageStore;
  readonly longestCallMs: number;
}

/** What is done with the books, apart from writing them. */
export interface Accounting {
  readonly reconcileBudgets: ReconcileBudgets;
  readonly reports: Reports;
  readonly view: (tenant: Tenant, now: number) => ReturnType<typeof viewBudget>;
}

/** Reports, budgets as they stand, and the reconciler, over the same stores that runs write to. */
export const createAccounting = (options: AccountingOptions): Accounting => {
  const { control, ledger, tenants, store, budgets, usage, tools, clock, emit, longestCallMs } = options;
  const rollups = createDynamoDbRollupStore(ledger);
  const rollUps = createRollUps({ usage, tools, rollups, settledAfterMs: longestCallMs });
  return {
    reports: createReports({ usage, tools, rollups }),
    view: (tenant, now) => viewBudget(store, tenant.tenantId, limitsOf(tenant), now),
    reconcileBudgets: createReconcileBudgets({
      ...{ tenants, store, budgets, usage, clock, emit, longestCallMs },
      rewrite: (tenantId, at) => rollUps.rewrite(tenantId, at),
      rollUp: ({ tenantId, createdAt }, now) => rollUps.rollUp({ tenantId, createdAt, now }),
      tell: createBudgetAlerts({ ...options, table: control }),
    }),
  };
};
