import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buildPages } from '../../local/build-pages.ts';
import { packageManifest, type RepositoryManifest } from './manifest.ts';
import { leadingToJs, plainJs } from './plain-js.ts';

/** Folders whose TypeScript a project runs. */
const CODE = ['lib', 'functions', 'local', 'testing', 'scripts'];

/** Scripts for work on the repository alone. */
const OWN =
  /^scripts\/(?:npm-package|create)\/|^scripts\/(?:create|cli-page|alarm-parameters|alarm-looks|test-\w+|full-suites)\.ts$|^scripts\/no-float-money\.js$/;

const PLAIN = ['infra', 'docs', 'serverless.yml', '.env.example', 'README.md', 'CHANGELOG.md', 'LICENSE'];

/** The files of a folder, below it, without what is installed there. */
const filesIn = (root: string, folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((file) => !file.includes('node_modules/') && !file.endsWith('.test.ts') && !OWN.test(file));

const put = (outdir: string, file: string, text: string): void => {
  mkdirSync(dirname(join(outdir, file)), { recursive: true });
  writeFileSync(join(outdir, file), text);
};

const buildCode = (root: string, outdir: string): void => {
  for (const file of CODE.flatMap((folder) => filesIn(root, folder))) {
    const text = readFileSync(join(root, file), 'utf8');
    if (file.endsWith('.ts')) put(outdir, file.replace(/\.ts$/, '.js'), plainJs(text));
    else put(outdir, file, leadingToJs(text));
  }
};

/** The pages of the console are there as they are served: a project has nothing to build them of. */
const putPages = async (root: string, outdir: string): Promise<void> => {
  const pages = JSON.stringify(await buildPages(root));
  put(outdir, 'local/built-pages.js', `export const pages = ${pages};\n`);
  put(outdir, 'local/pages.js', `export const loadPages = async () => (await import('./built-pages.js')).pages;\n`);
};

/** The types that the two front doors reach. Throws an Error with what the compiler says. */
const buildTypes = (root: string, outdir: string): void => {
  const tsc = createRequire(join(root, 'package.json')).resolve('typescript/bin/tsc');
  const project = join(root, 'scripts/npm-package/tsconfig.json');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', project, '--outDir', outdir], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The types cannot be built:\n${stdout}`);
  for (const { parentPath, name } of readdirSync(outdir, { recursive: true, withFileTypes: true })) {
    const file = join(parentPath, name);
    if (name.endsWith('.d.ts')) writeFileSync(file, leadingToJs(readFileSync(file, 'utf8')));
  }
};

/**
 * Builds the package that a project depends on into `outdir`: JavaScript and types, because Node runs no TypeScript below
 * `node_modules`, and what a stage is made of. `types: false` leaves the types out, which take most of the time.
 */
export const buildNpmPackage = async (
  root: string,
  outdir = join(root, 'dist', 'npm'),
  { types = true } = {},
): Promise<string> => {
  rmSync(outdir, { recursive: true, force: true });
  buildCode(root, outdir);
  await putPages(root, outdir);
  if (types) buildTypes(root, outdir);
  for (const file of PLAIN) cpSync(join(root, file), join(outdir, file), { recursive: true });
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as RepositoryManifest;
  put(outdir, 'package.json', `${JSON.stringify(packageManifest(manifest), null, 2)}\n`);
  return outdir;
};
