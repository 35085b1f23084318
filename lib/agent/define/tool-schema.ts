import type { Tool as ToolParam } from '@anthropic-ai/sdk/resources/messages/messages';
import { lazy } from '../../kernel/caching/lazy.ts';
import type { Agent } from './define-agent.ts';
import type { OutputFormat } from './output-schema.ts';

/** Made of zod's schemas at the first use: the 21 KB that do it are not in the way of a cold start. */
export const loadToolSchema = lazy(async () => (await import('./json-schema.ts')).toolSchema);

/** An agent's tools as a model is told of them. Rejects where a tool's input has a type that JSON schema lacks. */
export const toolParams = async (agent: Agent): Promise<ToolParam[]> => {
  const tools = [...agent.tools.values()];
  if (tools.length === 0) return [];
  const toolSchema = await loadToolSchema();
  return tools.map(({ name, description, input }) => ({ name, description, input_schema: toolSchema(input) }));
};

/** As `loadToolSchema`, for an agent's output. */
export const loadOutputFormat = lazy(async () => (await import('./output-schema.ts')).outputFormat);

/** The form of an agent's answer as a model is told of it; `null`: it answers in its own words. */
export const outputParam = async ({ output }: Pick<Agent, 'output'>): Promise<OutputFormat | null> =>
  output === null ? null : (await loadOutputFormat())(output);
