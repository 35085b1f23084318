import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { nameError } from '../../lib/telemetry/describe-error.ts';
import { CreateRefused } from './create-refused.ts';

/** What may stand in a folder that is to become a project: the repository that it is going to be kept in. */
const HARMLESS = new Set(['.git', '.DS_Store']);

const isInside = (folder: string, root: string): boolean => !relative(root, folder).startsWith('..');

const contentsOf = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') throw new CreateRefused(`${folder} is a file: name a new folder.`);
    throw new CreateRefused(`${folder} cannot be read (${nameError(error)}): name another folder.`);
  }
};

/** Makes the folder of a project. Throws `CreateRefused` where it holds anything, or cannot be one. */
export const takeFolder = (folder: string, root: string): void => {
  if (isInside(folder, root))
    throw new CreateRefused(`${folder} is inside Ballast itself: name a folder beside it, as ../my-agents.`);
  const [first] = contentsOf(folder).filter((name) => !HARMLESS.has(name));
  if (first !== undefined)
    throw new CreateRefused(`${folder} is not empty (it has ${first}): name a new folder, or an empty one.`);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new CreateRefused(`${folder} cannot be made (${nameError(error)}): name another folder.`);
  }
};

/** A folder's name as npm takes it for a package. */
export const packageName = (folder: string): string =>
  basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[._-]+|-+$/g, '')
    .slice(0, 214) || 'my-agents';

export interface ProjectManifest {
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The `package.json` of a project that is to be updated. Throws `CreateRefused` where the folder is none that depends on Ballast. */
export const manifestIn = (folder: string): ProjectManifest => {
  const none = `${folder} is no project that depends on Ballast`;
  let manifest: ProjectManifest;
  try {
    if (!statSync(folder).isDirectory()) throw new CreateRefused(`${none}: it is a file.`);
    manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as ProjectManifest;
  } catch (error) {
    if (error instanceof CreateRefused) throw error;
    throw new CreateRefused(`${none}: its package.json cannot be read (${nameError(error)}).`);
  }
  if (manifest.dependencies?.['ballast'] === undefined)
    throw new CreateRefused(`${none}: its package.json does not name ballast in dependencies.`);
  return manifest;
};
