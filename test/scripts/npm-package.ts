import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildNpmPackage } from '../../scripts/npm-package/build.ts';
import { madeOnce, ROOT } from '../made-once.ts';

/** The package as it is installed, without its types. */
export const npmPackage = (): Promise<string> =>
  madeOnce({
    name: 'ballast-npm-package',
    sources: [
      'package.json',
      'serverless.yml',
      'infra/*.yml',
      'pages/**/*.{ts,css}',
      '{functions,lib,local,testing,scripts}/**/*.{ts,js,mjs}',
      'test/scripts/npm-package.ts',
    ],
    make: async (folder) => void (await buildNpmPackage(ROOT, folder, { types: false })),
  });

/** A folder in which the package is installed: a copy of it, beside links to what it depends on. The caller removes it. */
export const projectWithPackage = async (): Promise<string> => {
  const project = mkdtempSync(join(tmpdir(), 'ballast-project-'));
  const modules = join(project, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (!name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  rmSync(join(modules, 'ballast'), { force: true });
  cpSync(await npmPackage(), join(modules, 'ballast'), { recursive: true });
  return project;
};
