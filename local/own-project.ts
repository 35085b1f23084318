import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StartRefused } from './start-refused.ts';

/** The names that `agents/index` may have: Node runs the TypeScript of a project, and its JavaScript. */
const INDEX = ['index.ts', 'index.js', 'index.mjs'];

/** Whose agents are run: those of a project that depends on this package, or of this very repository. */
export interface OwnProject {
  /** Where `.env`, `agents/` and what is built stand. */
  readonly directory: string;
  /** The file that exports the agents. */
  readonly agents: string;
}

const isInstalled = (root: string): boolean => root.split(sep).includes('node_modules');

/**
 * The project that stands in `directory`; `null`: this package is the project itself. Throws `StartRefused` where the package is
 * installed somewhere, and nothing in `directory` says what to run.
 */
export const ownProject = (root: string, directory: string): OwnProject | null => {
  if (relative(root, directory) === '') return null;
  const index = INDEX.map((name) => join(directory, 'agents', name)).find((file) => existsSync(file));
  if (index !== undefined) return { directory, agents: index };
  if (!isInstalled(root)) return null;
  throw new StartRefused(
    `There is no agents/index.ts in ${directory}, nor agents/index.js: run this in the folder of your project, and export your agents there.`,
  );
};

/** Leads every import of `#agents` from now on to the agents of a project. */
export const leadToAgents = ({ agents }: OwnProject): void => {
  const url = pathToFileURL(agents).href;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === '#agents' ? { url, shortCircuit: true } : next(specifier, context),
  });
};
