import { keyAccount, tenantAccount, userAccount, type Account } from '../budget/account.ts';
import { limitIn, limitsOf } from '../claude/budget-limits.ts';
import type { CallBudget } from '../claude/types.ts';
import { AppError } from '../kernel/errors.ts';
import { safe, type Redacted } from '../kernel/redacted.ts';
import type { Principal, Tenant } from '../tenants/types.ts';
import { familyOf } from '../usage/pricing.ts';
import type { Agent } from './define-agent.ts';
import type { RunRequest } from './run-request.ts';

const forbidden = (path: string, message: Redacted): AppError =>
  new AppError('forbidden', message, { issues: [{ path, message: safe`is not allowed for the tenant` }] });

const withinTools = (agent: Agent, { allowedTools }: Tenant): Agent =>
  allowedTools === null
    ? agent
    : { ...agent, tools: new Map([...agent.tools].filter(([name]) => allowedTools.includes(name))) };

/** What a request comes to under its tenant's settings. */
export interface Allowed {
  /** With the tools that the tenant may use. */
  readonly agent: Agent;
  readonly model: string;
  /** Models that may stand in for it, in order: the tenant's own for this model, then the agent's. */
  readonly standIns: readonly string[];
  readonly maxModelCalls: number;
}

/** Whether a tenant may use a model, by its own name or its family's; `null` is one that somebody else chooses. */
export const isAllowed = ({ allowedModels }: Tenant, model: string | null): boolean =>
  allowedModels === null ||
  (model !== null && (allowedModels.includes(model) || allowedModels.includes(familyOf(model))));

/** Throws `forbidden` for a model that the tenant is not allowed; `null` is one that somebody else chooses. */
export const checkAllowedModel = (model: string | null, tenant: Tenant, path = 'model'): void => {
  if (!isAllowed(tenant, model)) throw forbidden(path, safe`The tenant may not use this model.`);
};

/** Models that may stand in for another: the tenant's own for it, then those of `chain`, without what the tenant may not use. */
export const standInsFor = (model: string, chain: readonly string[], tenant: Tenant): string[] => {
  const own = tenant.fallbackModels?.[model] ?? tenant.fallbackModels?.[familyOf(model)] ?? [];
  const all = new Set([...own, ...chain].filter((each) => isAllowed(tenant, each)));
  return [...all].filter((each) => familyOf(each) !== familyOf(model));
};

/** Throws `forbidden` for an agent or a model that the tenant is not allowed; a limit of calls is lowered to the tenant's. */
export const allowedRun = (agent: Agent, request: RunRequest, { tenant }: Principal): Allowed => {
  if (tenant.allowedAgents !== null && !tenant.allowedAgents.includes(agent.name))
    throw forbidden('agent', safe`The tenant may not use this agent.`);
  const model = request.model ?? agent.models[request.complexity ?? 'standard'];
  checkAllowedModel(model, tenant);
  const asked = request.maxModelCalls ?? agent.maxModelCalls;
  return {
    agent: withinTools(agent, tenant),
    model,
    standIns: standInsFor(model, agent.fallbackModels, tenant),
    maxModelCalls: Math.min(asked, tenant.maxModelCalls ?? asked),
  };
};

/** Whose money a caller's runs spend; those that name no end user spend that of the anonymous one. */
export const budgetOf = ({ tenant, tenantId, keyId, keyLimits }: Principal, userId: string | null): CallBudget => {
  const day = limitIn(keyLimits.dailyBudgetUsd);
  const userDay = limitIn(tenant.userDailyBudgetUsd);
  const others: Account[] = [
    ...(day === null ? [] : [keyAccount(tenantId, keyId, { day, month: null })]),
    ...(userDay === null ? [] : [userAccount(tenantId, userId, { day: userDay, month: null })]),
  ];
  return {
    tenant: tenantAccount(tenantId, limitsOf(tenant)),
    others,
    shadow: tenant.shadow.includes('budget'),
    unbounded: tenant.allowUnboundedFeatures,
  };
};
