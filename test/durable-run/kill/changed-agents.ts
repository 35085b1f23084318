/** The agent of the runs that are killed, as it is after somebody has changed what it is told. */
import { type Agent, defineAgent } from 'ballast';
import { agents as before } from './agents.ts';

export const agents: readonly Agent[] = before.map((agent) =>
  defineAgent({
    name: agent.name,
    description: agent.description,
    system: 'Work in another way.',
    models: agent.models,
    tools: [...agent.tools.values()],
  }),
);
