import type { Agent } from '../agent/define/define-agent.ts';
import type { Tool } from '../agent/define/define-tool.ts';
import type { Endpoint } from '../agent/define/endpoint.ts';
import { loadToolSchema, outputParam } from '../agent/define/tool-schema.ts';
import { rulesOf } from '../agent/flow/flow-rules.ts';
import { type Origins, shownBaseUrl } from '../agent/tools/base-url.ts';

/** Whose eyes a description is for: prompts, patterns of refused input and endpoints are for those who administer the stage. */
export type Reader = 'caller' | 'administrator';

/** Where a tool may reach, and the name of the secret that goes with each request, never its value. */
const endpointView = ([name, endpoint]: [string, Endpoint], origins: Origins) => ({
  name,
  url: shownBaseUrl(endpoint, origins),
  hosts: endpoint.hosts,
  network: endpoint.network,
  secret: endpoint.authorization?.secret ?? null,
});

const toolView = (tool: Tool, toolSchema: (input: Tool['input']) => object, reader: Reader, origins: Origins) => ({
  name: tool.name,
  description: tool.description,
  input: toolSchema(tool.input),
  reads: tool.reads ?? [],
  does: tool.does ?? [],
  sideEffects: tool.sideEffects,
  requiresApproval: tool.requiresApproval,
  timeoutMs: tool.timeoutMs,
  ...(reader === 'administrator' && {
    endpoints: Object.entries(tool.endpoints).map((each) => endpointView(each, origins)),
  }),
});

/** What `GET /agents` shows of an agent; `null` of a limit: the stage says. */
export const describeAgent = async (agent: Agent, reader: Reader, origins: Origins) => {
  const toolSchema = await loadToolSchema();
  const tools = [...agent.tools.values()];
  const output = await outputParam(agent);
  return {
    name: agent.name,
    description: agent.description,
    version: agent.version,
    pattern: agent.pattern,
    models: agent.models,
    fallbackModels: agent.fallbackModels,
    maxModelCalls: agent.maxModelCalls,
    maxOutputTokens: agent.maxOutputTokens,
    maxToolOutputChars: agent.maxToolOutputChars,
    maxCostUsd: agent.maxCostUsd,
    timeoutMs: agent.timeoutMs,
    retries: agent.retries,
    tools: tools.map((tool) => toolView(tool, toolSchema, reader, origins)),
    inputReads: agent.inputReads,
    rules: rulesOf(tools, agent.inputReads),
    ...(output === null ? {} : { output }),
    ...(reader === 'administrator' && { system: agent.system, denyInput: agent.denyInput }),
  };
};

export type AgentView = Awaited<ReturnType<typeof describeAgent>>;
