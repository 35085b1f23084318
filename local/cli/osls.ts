import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { leadToAgents, ownProject } from '../own-project.ts';
import type { Shell } from './verb.ts';

const ROOT = join(import.meta.dirname, '../..');

/** `package`, `deploy` and `rollback` of a project, and of this repository by its own scripts. Resolves with the exit code. */
export const osls = async (
  name: 'package' | 'deploy' | 'rollback',
  words: readonly string[],
  { directory }: Pick<Shell, 'directory'>,
): Promise<number> => {
  const own = ownProject(ROOT, directory);
  if (own === null) {
    const { status } = spawnSync('npm', ['run', name, '--', ...words], { cwd: ROOT, stdio: 'inherit' });
    return status ?? 1;
  }
  // The functions are built with the agents of the project.
  leadToAgents(own);
  const { oslsCommand } = await import('../../scripts/project/osls-command.ts');
  return oslsCommand(ROOT, name, words);
};
