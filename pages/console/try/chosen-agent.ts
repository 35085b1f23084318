/** Whom the API asks where a request names no agent. */
export const DEFAULT_AGENT = 'assistant';

interface Named {
  readonly name: string;
}

/** Whether a request may name no agent: its agents may all have other names. Before they are known, it may. */
export const hasDefault = (agents: readonly Named[]): boolean =>
  agents.length === 0 || agents.some(({ name }) => name === DEFAULT_AGENT);

/** The agent that a request names, where a person has chosen this one; empty: the default one, which needs no name. */
export const chosenAgent = (agents: readonly Named[], chosen: string): string =>
  chosen !== '' || hasDefault(agents) ? chosen : (agents[0]?.name ?? '');
