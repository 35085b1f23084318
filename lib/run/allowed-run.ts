import type { Agent } from '../agent/define/define-agent.ts';
import { checkAllowedModel, forbidden, standInsFor } from '../caller/allowed-models.ts';
import { parseUsd, type PicoUsd } from '../kernel/money.ts';
import { safe } from '../kernel/redacted.ts';
import type { Principal, Tenant } from '../tenants/types.ts';
import type { RunRequest } from './run-request.ts';

/** With no other tools than these; `null`: with all of its own. */
export const withTools = (agent: Agent, names: readonly string[] | null): Agent =>
  names === null ? agent : { ...agent, tools: new Map([...agent.tools].filter(([name]) => names.includes(name))) };

/** Throws `forbidden` for an agent or a model that the tenant is not allowed. */
export const checkAllowed = (agent: string, model: string, tenant: Tenant): void => {
  if (tenant.allowedAgents !== null && !tenant.allowedAgents.includes(agent))
    throw forbidden('agent', safe`The tenant may not use this agent.`);
  checkAllowedModel(model, tenant);
};

/** A request with the limits that its agent has where it names none itself. */
export const withDefaults = <Request extends Pick<RunRequest, 'maxCostUsd' | 'timeoutMs'>>(
  request: Request,
  { maxCostUsd, timeoutMs }: Pick<Agent, 'maxCostUsd' | 'timeoutMs'>,
): Request => ({
  ...(maxCostUsd === null ? {} : { maxCostUsd }),
  ...(timeoutMs === null ? {} : { timeoutMs }),
  ...request,
});

/** What one synchronous run may cost, `null` for no limit of its own, and take at most, where its stage allows `limitMs`. */
export const limitsOf = (
  request: RunRequest,
  agent: Agent,
  limitMs: number,
): { readonly cost: PicoUsd | null; readonly timeoutMs: number } => {
  const { maxCostUsd, timeoutMs = limitMs } = withDefaults(request, agent);
  return {
    cost: maxCostUsd === undefined ? null : parseUsd(maxCostUsd),
    timeoutMs: Math.min(timeoutMs, limitMs),
  };
};

/** What a request comes to under its tenant's settings. */
export interface Allowed {
  /** With the tools that the tenant may use. */
  readonly agent: Agent;
  readonly model: string;
  /** Models that may stand in for it, in order: the tenant's own for this model, then the agent's. */
  readonly standIns: readonly string[];
  readonly maxModelCalls: number;
}

/** Throws `forbidden` for an agent or a model that the tenant is not allowed; a limit of calls is lowered to the tenant's. */
export const allowedRun = (agent: Agent, request: RunRequest, { tenant }: Principal): Allowed => {
  const model = request.model ?? agent.models[request.complexity ?? 'standard'];
  checkAllowed(agent.name, model, tenant);
  const asked = request.maxModelCalls ?? agent.maxModelCalls;
  return {
    agent: withTools(agent, tenant.allowedTools),
    model,
    standIns: standInsFor(model, agent.fallbackModels, tenant),
    maxModelCalls: Math.min(asked, tenant.maxModelCalls ?? asked),
  };
};
