/** Other agents than those that the runs were submitted for. */
import { type Agent, defineAgent } from 'ballast';
import { agents as before } from './agents.ts';

export const agents: readonly Agent[] = before.map((agent) =>
  defineAgent({
    name: 'successor',
    description: agent.description,
    system: agent.system,
    models: agent.models,
    tools: [...agent.tools.values()],
  }),
);
