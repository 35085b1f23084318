import { cpSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { buildFunctions } from '../../scripts/build.ts';
import { packageStage } from '../../scripts/package.ts';
import { madeOnce, ROOT } from '../made-once.ts';
import type { Template } from './template.ts';

export { ROOT };

export const STAGES = ['dev', 'staging', 'prod'] as const;
export type Stage = (typeof STAGES)[number];

const SERVICE = ['serverless.yml', 'infra', 'package.json'];
const SOURCES = [
  'serverless.yml',
  'package*.json',
  'infra/*.yml',
  '{functions,lib,scripts,test/sample-agents}/**/*.ts',
];

/** With the secrets that only some stages use, so that tests see how they are read; without it they see what a stage has by default. */
const EVERY_SECRET = 'secretsInAdvance=true';

const make = async (folder: string): Promise<void> => {
  for (const path of SERVICE) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  // A link, because Node runs no TypeScript that lies below node_modules.
  symlinkSync(join(ROOT, 'scripts'), join(folder, 'scripts'));
  await buildFunctions(ROOT, join(folder, 'dist'), ['sample-agents']);
  for (const stage of STAGES) packageStage(folder, stage, join(folder, stage), ['sample-agents'], [EVERY_SECRET]);
};

let packages: Promise<string> | undefined;

/** The folder in which each stage has its package, as `npm run package` makes it, and `dist` is what was built. */
export const packaged = (): Promise<string> =>
  (packages ??= madeOnce({ name: 'ballast-packages', sources: SOURCES, make }));

/** A fresh copy of the packaged template of a stage, which a test may change: it has every secret there can be. */
export const packagedTemplate = async (stage: Stage): Promise<Template> =>
  JSON.parse(
    readFileSync(join(await packaged(), stage, 'cloudformation-template-update-stack.json'), 'utf8'),
  ) as Template;
