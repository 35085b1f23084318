import type { Agent } from '../agent/define/define-agent.ts';
import { checkAllowedModel, forbidden, standInsFor } from '../caller/allowed-models.ts';
import { safe } from '../kernel/redacted.ts';
import type { Principal, Tenant } from '../tenants/types.ts';
import type { RunRequest } from './run-request.ts';

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
