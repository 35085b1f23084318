import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageManifest, type RepositoryManifest } from '../../scripts/npm-package/manifest.ts';
import { plainJs } from '../../scripts/npm-package/plain-js.ts';
import { npmPackage } from './npm-package.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const repository = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as RepositoryManifest;

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly peerDependencies?: object;
        readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
      }
    >
  >;
}

describe('TypeScript as JavaScript', () => {
  it.each([
    ["import { a } from './a.ts';\n", "import { a } from './a.js';\n"],
    ["const b = await import('../b.ts');\n", "const b = await import('../b.js');\n"],
    ["import './c.ts';\n", "import './c.js';\n"],
    ["export { d } from './d.ts';\n", "export { d } from './d.js';\n"],
    ["const e = 'in ./e.ts';\n", "const e = 'in ./e.ts';\n"],
    ["import { f } from 'f.ts';\n", "import { f } from 'f.ts';\n"],
    ["import type { G } from './g.ts';\nconst g = 1;\n", '\nconst g = 1;\n'],
  ])('%j is %j', (typescript, javascript) => {
    expect(plainJs(typescript)).toBe(javascript);
  });

  it('keeps each line where it is, so that the places in a stack hold', () => {
    const text = readFileSync(join(ROOT, 'local/load-handlers.ts'), 'utf8');
    expect(plainJs(text).split('\n')).toHaveLength(text.split('\n').length);
  });
});

/** The package that a bare import is of. */
const packageOf = (specifier: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
const BARE = /(?:^|\n)(?:import|export)\b[^;'"]*?from\s*['"]([^.#'"][^'"]*)['"]|\bimport\(\s*['"]([^.#'"][^'"]*)['"]/g;

/** What is written for others to import. */
const TEMPLATE = /`(?:[^`\\]|\\.)*`/g;

describe('the package', () => {
  it('depends on everything that its code imports', async () => {
    const folder = await npmPackage();
    const { dependencies } = packageManifest(repository);
    const imported = globSync('**/*.{js,mjs}', { cwd: folder }).flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').replaceAll(TEMPLATE, '').matchAll(BARE)].map(([, late, soon]) =>
        packageOf(late ?? soon ?? ''),
      ),
    );
    const outside = [...new Set(imported)].filter(
      (name) => !name.startsWith('node:') && !builtinModules.includes(name) && name !== 'ballast',
    );
    expect(outside).toContain('zod');
    expect(outside.filter((name) => !Object.hasOwn(dependencies, name))).toEqual([]);
  });

  it('has no TypeScript that Node would have to run, no test, and none of what only the repository needs', async () => {
    const files = globSync('**/*', { cwd: await npmPackage() });
    expect(files).toContain('functions/run-agent.js');
    expect(files.filter((file) => /(?<!\.d)\.ts$/.test(file) || file.includes('node_modules'))).toEqual([]);
    expect(files.filter((file) => /^scripts\/(?:create|npm-package|test-)/.test(file))).toEqual([]);
  });

  it('leads to its files by paths that are there', async () => {
    const folder = await npmPackage();
    const { bin, exports: doors, imports } = packageManifest(repository);
    const files = new Set(globSync('**/*', { cwd: folder }));
    const paths = [
      ...Object.values(bin),
      ...Object.values(imports),
      ...Object.values(doors).map((door) => door.default),
    ];
    expect(paths.filter((path) => !files.has(path.replace('./', '')))).toEqual([]);
  });

  it('names the same versions as the repository, with what a project deploys with', () => {
    const { dependencies, version } = packageManifest(repository);
    expect(version).toBe(repository.version);
    expect(dependencies).toMatchObject(repository.dependencies);
    expect(dependencies['osls']).toBe(repository.devDependencies['osls']);
    expect(() => packageManifest({ ...repository, devDependencies: {} })).toThrow('no devDependency esbuild');
  });

  it('has the peers of what it depends on, and is unpacked, both of which npm alone does by itself', () => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
    const { dependencies, preferUnplugged } = packageManifest(repository);
    const missing = Object.keys(dependencies).flatMap((name) => {
      const { peerDependencies = {}, peerDependenciesMeta = {} } = packages[`node_modules/${name}`] ?? {};
      const needed = Object.keys(peerDependencies).filter((peer) => peerDependenciesMeta[peer]?.optional !== true);
      return needed.filter((peer) => !(peer in dependencies)).map((peer) => `${name}: ${peer}`);
    });
    expect([missing, preferUnplugged]).toEqual([[], true]);
  });
});
