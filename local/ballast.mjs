#!/usr/bin/env node
// `ballast <command>`, as a project that depends on this package calls it in its scripts; the first file that runs.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { boot } from './boot.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [command = 'help', ...words] = process.argv.slice(2);

/** TypeScript in the repository, JavaScript in the package. */
const load = (file) => import(`../${file}${existsSync(join(root, `${file}.ts`)) ? '.ts' : '.js'}`);

/** A program that reads its own words. */
const program = (file) => async () => {
  process.argv.splice(2, 1);
  await load(file);
};

/** The functions are built with the agents of the project. */
const withOsls = async () => {
  const { leadToAgents, ownProject } = await load('local/own-project');
  try {
    const own = ownProject(root, process.cwd());
    if (own !== null) leadToAgents(own);
  } catch (error) {
    if (error.name !== 'StartRefused') throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
    return;
  }
  const { oslsCommand } = await load('scripts/project/osls-command');
  process.exitCode = await oslsCommand(root, command, words);
};

const COMMANDS = {
  start: program('local/main'),
  dev: () => load('local/cli/main'),
  ask: () => load('local/cli/main'),
  new: () => load('local/cli/main'),
  package: withOsls,
  deploy: withOsls,
  rollback: withOsls,
  bootstrap: program('scripts/bootstrap'),
  secret: program('scripts/secret'),
  reconcile: program('scripts/reconcile'),
  'true-up': program('scripts/true-up'),
  usage: program('scripts/usage'),
  alarm: program('local/alarm'),
  dynamodb: program('local/dynamodb-local'),
};

if (Object.keys(COMMANDS).includes(command)) boot(`npx ballast ${command}`, COMMANDS[command]);
else {
  process.stderr.write(`There is no command ${command}. There are: ${Object.keys(COMMANDS).join(', ')}.\n`);
  process.exitCode = 2;
}
