import type { Flow } from './flow-rules.ts';

interface Declaring extends Flow {
  readonly endpoints: object;
  readonly secrets: object;
  readonly sideEffects: boolean;
}

/**
 * The tools of an agent with what each reads and does. Where neither the agent nor any of them says anything, nothing is assumed,
 * and no rule ever holds. Where one does, a rule is as good as what the others say: what a tool does not say, of what it reads or
 * of what it does, is taken for what it may be.
 */
export const withFlows = <T extends Declaring>(tools: readonly T[], isInputDeclared = false): T[] => {
  const isDeclared = isInputDeclared || tools.some(({ reads, does }) => reads !== null || does !== null);
  return tools.map((tool) => {
    // Whoever has a secret has a client of its own.
    const isConnected = [tool.endpoints, tool.secrets].some((each) => Object.keys(each).length > 0);
    return {
      ...tool,
      reads: tool.reads ?? (isDeclared && isConnected ? ['untrusted', 'private'] : []),
      does: tool.does ?? (isDeclared && tool.sideEffects ? ['external', 'state'] : []),
    };
  });
};
