import { join } from 'node:path';
import { leadToAgents, ownProject } from '../../local/own-project.ts';
import type { DeclaredSecret } from './kinds.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** The secrets of the tools of the project in `directory`. Rejects where its agents cannot be loaded. */
export const secretsOfTools = async (directory: string): Promise<ReadonlyMap<string, DeclaredSecret>> => {
  const own = ownProject(ROOT, directory);
  if (own !== null) leadToAgents(own);
  // Late: it imports the agents at once.
  const [{ agents }, { declaredSecrets }] = await Promise.all([
    import('#agents'),
    import('../../lib/agent/define/declared-secrets.ts'),
  ]);
  const endpoints = agents.flatMap(({ tools }) => [...tools.values()]).flatMap((tool) => Object.values(tool.endpoints));
  const inHeaders = new Set(endpoints.map(({ authorization }) => authorization?.secret));
  return new Map(
    [...declaredSecrets(agents)].map(([name, what]) => [name, { what, isInHeader: inHeaders.has(name) }] as const),
  );
};
