import { type BudgetAlertsOptions, createBudgetAlerts } from '../alerts/budget-alerts.ts';
import { createSpentAlerts } from '../alerts/spent-alerts.ts';
import type { Budgets } from '../budget/budgets.ts';
import type { BudgetStore } from '../budget/store.ts';
import { viewBudget, viewStageDay } from '../budget/view.ts';
import type { Table } from '../dynamodb/table.ts';
import { parseUsd, type PicoUsd, plus, ZERO } from '../kernel/money.ts';
import type { ApiKeyDirectory, Tenant, TenantDirectory } from '../tenants/types.ts';
import type { UsageStore } from '../usage/record.ts';
import { createGatewayCalls, type GatewayCalls } from '../usage/reports/gateway-calls.ts';
import { createReports, type Reports } from '../usage/reports/reports.ts';
import { createDynamoDbRollupStore } from '../usage/reports/rollups/dynamodb-rollup-store.ts';
import { createRollUps } from '../usage/reports/rollups/roll-up.ts';
import type { RollupStore } from '../usage/reports/rollups/rollup-store.ts';
import { TOTALS } from '../usage/reports/totals.ts';
import type { ToolUsageStore } from '../usage/tool-record.ts';
import { limitsOf } from './budget-limits.ts';
import { createViewGroupBudgets, type ViewGroupBudgets } from './group-budgets.ts';
import type { Parking } from './parking.ts';
import { createReconcileBudgets, type ReconcileBudgets } from './reconcile-budgets.ts';
import type { SpentBudgets } from './thresholds/spent-budgets.ts';

export interface AccountingOptions extends Omit<BudgetAlertsOptions, 'table'> {
  readonly control: Table;
  readonly ledger: Table;
  readonly tenants: Pick<TenantDirectory, 'list'>;
  readonly apiKeys: Pick<ApiKeyDirectory, 'list'>;
  readonly store: BudgetStore;
  readonly budgets: Budgets;
  readonly usage: UsageStore;
  readonly tools: ToolUsageStore;
  readonly parking: Parking;
  readonly spent: SpentBudgets;
  readonly longestCallMs: number;
  /** What all tenants together may spend in a day, in US dollars. Default: there is no such limit. */
  readonly stageDailyBudgetUsd?: string | undefined;
}

/** What is done with the books, apart from writing them. */
export interface Accounting {
  readonly reconcileBudgets: ReconcileBudgets;
  readonly reports: Reports;
  readonly gatewayCalls: GatewayCalls;
  readonly view: (tenant: Tenant, now: number) => ReturnType<typeof viewBudget>;
  readonly viewStage: (now: number) => ReturnType<typeof viewStageDay>;
  readonly viewGroups: ViewGroupBudgets;
}

const DAY_MS = 24 * 3_600_000;

/** The reconciler's function has 55 s, and each thing that it has begun by then ends within ten. */
const PASS_LIMIT_MS = 45_000;

/**
 * What a day's records come to by the sums of its hours: 24 small items, where the records of a busy tenant are a million.
 * `null` until the last of them is summed up.
 */
export const recordedBy =
  (rollups: Pick<RollupStore, 'through' | 'inRange'>) =>
  async (tenantId: string, day: string): Promise<PicoUsd | null> => {
    const from = Date.parse(`${day}T00:00:00.000Z`);
    const to = from + DAY_MS;
    const through = await rollups.through(tenantId);
    if (through === null || through < to) return null;
    let total: PicoUsd = ZERO;
    for await (const { groups } of rollups.inRange(tenantId, 'day', { from, to }))
      for (const [, figures] of groups) total = plus(total, TOTALS.read(figures).cost);
    return total;
  };

/** Reports, budgets as they stand, and the reconciler, over the same stores that runs write to. */
export const createAccounting = (options: AccountingOptions): Accounting => {
  const { control, ledger, tenants, store, budgets, usage, tools, clock, emit, longestCallMs } = options;
  const rollups = createDynamoDbRollupStore(ledger, options.random);
  const rollUps = createRollUps({ usage, tools, rollups, settledAfterMs: longestCallMs });
  const notify = createBudgetAlerts({ ...options, table: control });
  const notifySpent = createSpentAlerts({ ...options, table: control });
  const reports = createReports({ usage, tools, rollups });
  const { stageDailyBudgetUsd } = options;
  const stageLimit = stageDailyBudgetUsd === undefined ? null : parseUsd(stageDailyBudgetUsd);
  return {
    reports,
    gatewayCalls: createGatewayCalls(usage),
    view: (tenant, now) => viewBudget(store, tenant.tenantId, limitsOf(tenant), now),
    viewStage: (now) => viewStageDay(store, stageLimit, now),
    viewGroups: createViewGroupBudgets({ store, reports, keys: options.apiKeys }),
    reconcileBudgets: createReconcileBudgets({
      tenants,
      store,
      budgets,
      usage,
      clock,
      emit,
      longestCallMs,
      parking: options.parking,
      spent: options.spent,
      notifySpent,
      recordedOn: recordedBy(rollups),
      limitMs: PASS_LIMIT_MS,
      rewrite: (tenantId, at) => rollUps.rewrite(tenantId, at),
      rollUp: ({ tenantId, createdAt }, now, isOver) => rollUps.rollUp({ tenantId, createdAt, now, isOver }),
      notify,
    }),
  };
};
