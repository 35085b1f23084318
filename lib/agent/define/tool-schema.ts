import type { Tool as ToolParam } from '@anthropic-ai/sdk/resources/messages/messages';
import { lazy } from '../../kernel/lazy.ts';
import type { Agent } from './define-agent.ts';

/** Made of zod's schemas at the first use: the 21 KB that do it are not in the way of a cold start. */
export const loadToolSchema = lazy(async () => (await import('./json-schema.ts')).toolSchema);

/** An agent's tools as a model is told of them. Rejects where a tool's input has a type that JSON schema lacks. */
export const toolParams = async (agent: Agent): Promise<ToolParam[]> => {
  const tools = [...agent.tools.values()];
  if (tools.length === 0) return [];
  const toolSchema = await loadToolSchema();
  return tools.map(({ name, description, input }) => ({ name, description, input_schema: toolSchema(input) }));
};
