import type { Agent } from './define-agent.ts';

/** Whether an agent has a tool for each call of which a person is asked, so that it runs asynchronously alone. */
export const needsApproval = ({ tools }: Pick<Agent, 'tools'>): boolean =>
  [...tools.values()].some(({ requiresApproval }) => requiresApproval);
