import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { DefinitionError } from '../../lib/agent/define/definition.ts';
import { type OwnProject, ownProject } from '../../local/own-project.ts';
import { StartRefused } from '../../local/start-refused.ts';
import { buildFunctions } from '../build.ts';
import { runOsls } from '../osls.ts';
import { checkStageName, packageStage, PackagingRefused, saidByOsls } from '../package.ts';
import { WrongStages } from './stage-parameters.ts';
import { writeService } from './write-service.ts';

/** `ballast package`, `deploy` and `rollback`, of a project that depends on this package. */
export type OslsCommand = 'package' | 'deploy' | 'rollback';

const stageOf = (words: readonly string[]): string => {
  const { values } = parseArgs({ args: [...words], options: { stage: { type: 'string' } }, strict: false });
  return typeof values.stage === 'string' ? values.stage : 'dev';
};

const prepare = async (root: string, project: OwnProject): Promise<string> => {
  const build = writeService(root, project);
  await buildFunctions(root, join(build, 'dist'), [], undefined, project.agents);
  return build;
};

const run = async (root: string, command: OslsCommand, words: readonly string[]): Promise<number> => {
  const project = ownProject(root, process.cwd());
  if (project === null) throw new StartRefused(`This is Ballast itself: use npm run ${command}.`);
  if (command === 'package') {
    const stage = stageOf(words);
    checkStageName(stage);
    const build = await prepare(root, project);
    packageStage(build, stage, join(build, '.serverless'));
    console.log(`Packaged for ${stage} in ${relative(project.directory, join(build, '.serverless'))}`);
    return 0;
  }
  const build = command === 'deploy' ? await prepare(root, project) : writeService(root, project);
  return runOsls(build, [command, ...words]);
};

/** Runs a command of osls on the project in the working directory; `words` go on to osls. Resolves with the exit code. */
export const oslsCommand = async (root: string, command: OslsCommand, words: readonly string[]): Promise<number> => {
  try {
    return await run(root, command, words);
  } catch (error) {
    if (error instanceof PackagingRefused) {
      console.error(saidByOsls(error));
      return 1;
    }
    if (!(error instanceof WrongStages || error instanceof DefinitionError || error instanceof StartRefused))
      throw error;
    console.error(error.message);
    return 1;
  }
};
