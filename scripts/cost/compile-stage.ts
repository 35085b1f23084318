import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Template } from '../compiled-template.ts';
import { packageStage } from '../package.ts';

const TEMPLATE = 'cloudformation-template-update-stack.json';
const SERVICE = ['serverless.yml', 'infra', 'package.json'];
// Plugins alone: osls looks through all that stands in the folder, once for each function.
const LINKED = ['scripts'];

const functionsOf = (root: string): string[] => {
  const { functions } = parse(readFileSync(join(root, 'serverless.yml'), 'utf8')) as { functions: object };
  return Object.keys(functions);
};

/**
 * The template that a stage is deployed as, with its parameters, made without a build: in it the code of a function is only a
 * name. `parameters` (`name=value`) replace those of the stage. Throws an Error with what osls said where the configuration is
 * wrong.
 */
export const compileStage = (
  root: string,
  stage: string,
  conditions: readonly string[] = [],
  parameters: readonly string[] = [],
): Template => {
  const folder = mkdtempSync(join(tmpdir(), 'ballast-template-'));
  try {
    for (const path of SERVICE) cpSync(join(root, path), join(folder, path), { recursive: true });
    for (const path of LINKED) symlinkSync(join(root, path), join(folder, path));
    for (const name of functionsOf(root)) {
      mkdirSync(join(folder, 'dist', name), { recursive: true });
      writeFileSync(join(folder, 'dist', name, 'index.mjs'), '');
    }
    packageStage(folder, stage, join(folder, 'package'), conditions, parameters);
    return JSON.parse(readFileSync(join(folder, 'package', TEMPLATE), 'utf8')) as Template;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
