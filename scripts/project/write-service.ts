import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { parse } from 'yaml';
import type { OwnProject } from '../../local/own-project.ts';
import { type Parameters, withParameters } from './stage-parameters.ts';

interface Service {
  readonly params: Parameters;
  readonly plugins: readonly string[];
  readonly provider: { readonly environment: object };
  readonly custom: object;
}

/** A plugin that does what one of Ballast's does, for the agents of the project. */
const pluginText = (root: string, plugin: string, { agents }: OwnProject): string => {
  const quoted = (...path: string[]) => JSON.stringify(join(root, ...path));
  return [
    `const { leadToAgents } = require(${quoted('local', `own-project${extname(plugin)}`)});`,
    `leadToAgents({ agents: ${JSON.stringify(agents)} });`,
    `module.exports = require(${quoted(plugin)}).default;`,
    '',
  ].join('\n');
};

/** As its `package.json` has it, or its folder where that has none. */
const nameOf = ({ directory }: OwnProject): string => {
  const file = join(directory, 'package.json');
  const { name } = (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as { readonly name?: string };
  return name ?? basename(directory);
};

/**
 * Writes what osls deploys into `<project>/build`: Ballast's service with the project's parameters, its infrastructure and
 * its plugins. The functions are built beside it. Answers with the folder. Throws `WrongStages`.
 */
export const writeService = (root: string, project: OwnProject, build = join(project.directory, 'build')): string => {
  const service = parse(readFileSync(join(root, 'serverless.yml'), 'utf8')) as Service;
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const stages = join(project.directory, 'stages.yml');
  const params = existsSync(stages) ? withParameters(service.params, readFileSync(stages, 'utf8')) : service.params;
  rmSync(build, { recursive: true, force: true });
  mkdirSync(build);
  cpSync(join(root, 'infra'), join(build, 'infra'), { recursive: true });
  const plugins = service.plugins.map((plugin) => {
    const file = existsSync(join(root, plugin)) ? plugin : plugin.replace(/\.ts$/, '.js');
    const name = `${basename(file, extname(file))}.cjs`;
    writeFileSync(join(build, name), pluginText(root, file, project));
    return `./${name}`;
  });
  const environment = { ...service.provider.environment, BALLAST_VERSION: version };
  const custom = { ...service.custom, project: nameOf(project) };
  const whole = { ...service, params, plugins, custom, provider: { ...service.provider, environment } };
  writeFileSync(join(build, 'serverless.json'), `${JSON.stringify(whole, null, 2)}\n`);
  return build;
};
