import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestIn } from './folder.ts';

/**
 * Has a project depend on what `pack` puts into its folder `vendor`: a path from the project. All else of it stays as it is. Throws
 * `CreateRefused` where the folder is none that depends on Ballast, before anything is packed.
 */
export const updateProject = async (folder: string, pack: (folder: string) => Promise<string>): Promise<void> => {
  const manifest = manifestIn(folder);
  const dependencies = { ...manifest.dependencies, ballast: `file:${await pack(folder)}` };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ ...manifest, dependencies }, null, 2)}\n`);
};
