import { limitIn, limitsOf } from '../accounts/budget-limits.ts';
import { type Account, keyAccount, tenantAccount, userAccount } from '../budget/account.ts';
import type { CallBudget } from '../model-call/types.ts';
import type { Principal } from '../tenants/types.ts';

/** Whose money a caller's runs spend; those that name no end user spend that of the anonymous one. */
export const budgetOf = ({ tenant, tenantId, keyId, keyLimits }: Principal, userId: string | null): CallBudget => {
  const day = limitIn(keyLimits.dailyBudgetUsd);
  const userDay = limitIn(tenant.userDailyBudgetUsd);
  const others: Account[] = [
    ...(day === null ? [] : [keyAccount(tenantId, keyId, { day, month: null })]),
    ...(userDay === null ? [] : [userAccount(tenantId, userId, { day: userDay, month: null })]),
  ];
  return {
    tenant: {
      ...tenantAccount(tenantId, limitsOf(tenant)),
      ...(tenant.budgetShards === null ? {} : { shards: tenant.budgetShards }),
    },
    others,
    shadow: tenant.shadow.includes('budget'),
    unbounded: tenant.allowUnboundedFeatures,
  };
};
