import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { buildFunctions } from '../../scripts/build.ts';
import { packageStage } from '../../scripts/package.ts';
import { exclusively } from './exclusively.ts';
import type { Template } from './template.ts';

export const ROOT = resolve(import.meta.dirname, '../..');
export const STAGES = ['dev', 'staging', 'prod'] as const;
export type Stage = (typeof STAGES)[number];

const CACHE = join(ROOT, 'node_modules/.cache/ballast-packages');
const SERVICE = ['serverless.yml', 'infra', 'package.json'];
const SOURCES = [
  'serverless.yml',
  'package*.json',
  'infra/*.yml',
  '{functions,lib,scripts,test/sample-agents}/**/*.ts',
];

const fingerprint = (): string => {
  const hash = createHash('sha256');
  for (const path of globSync(SOURCES, { cwd: ROOT }).sort()) hash.update(path).update(readFileSync(join(ROOT, path)));
  return hash.digest('hex').slice(0, 16);
};

/** Long enough that no other run is still reading it. */
const STALE_MS = 3_600_000;

const forgetStale = (): void => {
  for (const name of readdirSync(CACHE)) {
    const path = join(CACHE, name);
    if (statSync(path).mtimeMs < Date.now() - STALE_MS) rmSync(path, { recursive: true, force: true });
  }
};

const make = async (folder: string): Promise<void> => {
  forgetStale();
  const draft = `${folder}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft);
  for (const path of SERVICE) cpSync(join(ROOT, path), join(draft, path), { recursive: true });
  // A link, because Node runs no TypeScript that lies below node_modules.
  symlinkSync(join(ROOT, 'scripts'), join(draft, 'scripts'));
  await buildFunctions(ROOT, join(draft, 'dist'), ['sample-agents']);
  for (const stage of STAGES) packageStage(draft, stage, join(draft, stage), ['sample-agents']);
  renameSync(draft, folder);
};

// Made once for the same sources, although each test file runs in a process of its own.
const findOrMake = async (): Promise<string> => {
  mkdirSync(CACHE, { recursive: true });
  const folder = join(CACHE, fingerprint());
  await exclusively(join(CACHE, 'making.lock'), async () => {
    if (!existsSync(folder)) await make(folder);
  });
  return folder;
};

let packages: Promise<string> | undefined;

/** The folder in which each stage has its package, as `npm run package` makes it, and `dist` is what was built. */
export const packaged = (): Promise<string> => (packages ??= findOrMake());

/** A fresh copy of the packaged template of a stage, which a test may change. */
export const packagedTemplate = async (stage: Stage): Promise<Template> =>
  JSON.parse(
    readFileSync(join(await packaged(), stage, 'cloudformation-template-update-stack.json'), 'utf8'),
  ) as Template;
