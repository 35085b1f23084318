import type { Agent } from './define-agent.ts';
import { toolSchema } from './json-schema.ts';

/**
 * Throws a TypeError that names the first tool whose input no model could be told of. For whoever starts or builds a stage:
 * a function would find out at its first model call only.
 */
export const checkTools = (agents: readonly Agent[]): void => {
  for (const agent of agents)
    for (const tool of agent.tools.values()) {
      try {
        toolSchema(tool.input);
      } catch (cause) {
        throw new TypeError(`${agent.name}: the input of ${tool.name} has no JSON schema.`, { cause });
      }
    }
};
