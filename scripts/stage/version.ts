import { spawnSync } from 'node:child_process';
import { ofType, type Template } from '../compiled-template.ts';

/** As long as it is told apart from all others of a large repository. */
const CHARACTERS = 12;

/**
 * What is checked out in a folder: the commit's first characters, with `.changed` where files that git knows differ from it.
 * `null` where there is no git or no commit.
 */
export const commitIn = (folder: string): string | null => {
  const git = (...words: string[]) => spawnSync('git', ['-C', folder, ...words], { encoding: 'utf8' });
  const { status, stdout } = git('rev-parse', `--short=${CHARACTERS}`, 'HEAD');
  if (status !== 0) return null;
  const changes = git('status', '--porcelain', '--untracked-files=no');
  return `${stdout.trim()}${changes.stdout.trim() === '' ? '' : '.changed'}`;
};

/** Adds the commit to the version that `/health`, logs and spans tell, as build metadata: `0.1.0+35c4cad01234`. */
export const declareVersion = (template: Template, commit: string | null): void => {
  if (commit === null) return;
  for (const [, { Properties }] of ofType(template, 'AWS::Lambda::Function')) {
    const { Variables } = Properties['Environment'] as { Variables: Record<string, unknown> };
    Variables['BALLAST_VERSION'] = `${String(Variables['BALLAST_VERSION'])}+${commit}`;
  }
};
