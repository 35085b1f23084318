import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CreateRefused } from './create/create-refused.ts';
import { packageName, takeFolder } from './create/folder.ts';
import { packInto } from './create/npm-pack.ts';
import { projectFiles, type Versions } from './create/project-files.ts';
import { updateProject } from './create/update-project.ts';
import { buildNpmPackage } from './npm-package/build.ts';

const USAGE = `Makes a project of your own, with an agent, its tests and a dependency on this Ballast.

  npm run create -- ../my-agents          in TypeScript
  npm run create -- ../my-agents --js     in plain JavaScript
  npm run create -- ../my-agents --update give a project this version of Ballast
`;

const root = resolve(import.meta.dirname, '..');

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const pack = async (project: string): Promise<string> => {
  say('Building the package, which takes a minute ...');
  return packInto(project, await buildNpmPackage(root));
};

const versions = (): Versions & { readonly version: string } =>
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Versions & { readonly version: string };

const create = async (folder: string, js: boolean): Promise<void> => {
  takeFolder(folder, root);
  const options = { name: packageName(folder), js, ballast: `file:${await pack(folder)}` };
  const files = await projectFiles(join(root, 'scripts/create/template'), options, versions());
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const shown = relative(process.cwd(), folder) || folder;
  say(
    `\nMade ${shown}, with the agent support. Next:\n\n  cd ${shown}\n  npm install\n  cp .env.example .env\n  npm test\n  npm start\n`,
  );
};

const update = async (folder: string): Promise<void> => {
  await updateProject(folder, pack);
  say(`${folder} depends on Ballast ${versions().version} now. Next, there: npm install, then npm test.`);
};

const run = async (words: readonly string[]): Promise<void> => {
  const options = { js: { type: 'boolean' }, update: { type: 'boolean' }, help: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: true });
  const [folder, ...others] = positionals;
  if (values.help) return say(USAGE);
  if (folder === undefined || others.length > 0) throw new CreateRefused(`Name one folder.\n\n${USAGE}`);
  if (values.update) await update(resolve(folder));
  else await create(resolve(folder), values.js === true);
};

run(process.argv.slice(2)).catch((error: unknown) => {
  const isMisused = String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
  if (!(error instanceof CreateRefused || isMisused)) throw error;
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = isMisused ? 2 : 1;
});
