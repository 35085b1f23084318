import type { Agent } from './define-agent.ts';

/** Every secret that tools of these agents declare, with what it is. */
export const declaredSecrets = (all: readonly Agent[]): ReadonlyMap<string, string> =>
  new Map(
    all
      .flatMap(({ tools }) => [...tools.values()])
      .flatMap(({ secrets }) => Object.entries(secrets))
      .map(([name, { description }]) => [name, description]),
  );
