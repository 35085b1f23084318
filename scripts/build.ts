import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { build, type BuildOptions, type BuildResult, type Plugin } from 'esbuild';
import { parse } from 'yaml';
import * as index from '#agents';
import { checkIndex } from '../lib/agent/define/checks/check-agents.ts';
import { builtPages } from './built-pages.ts';
import { frontDoor } from './front-door.ts';
import { pastBarrels } from './past-barrels.ts';
import { startBytes } from './start-bytes.ts';

type InMemory = BuildResult<{ metafile: true; write: false }>;

/** The functions that `serverless.yml` deploys, by name. Throws an Error for a handler that the build does not make. */
export const deployedFunctions = async (root: string): Promise<string[]> => {
  const service = parse(await readFile(join(root, 'serverless.yml'), 'utf8')) as {
    functions: Record<string, { handler: string }>;
  };
  return Object.entries(service.functions).map(([name, { handler }]) => {
    if (handler !== `dist/${name}/index.handler`) throw new Error(`The handler of ${name} is not in dist/${name}.`);
    return name;
  });
};

/** How code is compiled for the functions; the bench compares with a bundle that is compiled the same. */
export const COMPILATION = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // For Node, esbuild would take the CommonJS build of a package first, which it can neither split nor shake.
  mainFields: ['module', 'main'],
  // The definitions that are bundled have been checked by `checkIndex`: what checks them is left out.
  define: { 'process.env.NODE_ENV': '"production"', BALLAST_CHECKED: 'true' },
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** Leads `#agents` to the index of a project. */
const theseAgents = (index: string): Plugin => ({
  name: 'these-agents',
  setup: (build) => build.onResolve({ filter: /^#agents$/ }, () => ({ path: index })),
});

/** A file of this code: TypeScript in the repository, JavaScript in the package. */
const codeFile = (root: string, name: string): string =>
  `${name}${existsSync(join(root, `${name}.ts`)) ? '.ts' : '.js'}`;

// Each function is built alone: chunks shared between functions would make the zip of one depend on the code of another.
// There is no `require` in ESM. What is bundled of CommonJS asks for it inside a `try` only; else its zip would not load.
const bundle = (root: string, name: string, conditions: readonly string[], agents?: string): Promise<InMemory> =>
  build({
    absWorkingDir: root,
    entryPoints: { index: codeFile(root, `functions/${name}`) },
    outdir: `dist/${name}`,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunk-[hash]',
    ...COMPILATION,
    // Splitting keeps late imports late: the SDKs, the expression library.
    splitting: true,
    sourcemap: 'external',
    sourcesContent: false,
    metafile: true,
    write: false,
    conditions: ['module', ...conditions],
    plugins: [
      frontDoor(root),
      pastBarrels(root),
      builtPages(root),
      ...(agents === undefined ? [] : [theseAgents(agents)]),
    ],
  });

const save = async (outdir: string, name: string, result: InMemory): Promise<void> => {
  const folders = { code: join(outdir, name), maps: join(outdir, 'maps', name), meta: join(outdir, 'meta') };
  for (const folder of [folders.code, folders.maps]) await rm(folder, { recursive: true, force: true });
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true });
  for (const { path, contents } of result.outputFiles)
    await writeFile(join(path.endsWith('.map') ? folders.maps : folders.code, basename(path)), contents);
  await writeFile(join(folders.meta, `${name}.json`), JSON.stringify(result.metafile));
};

/**
 * Builds each deployed function into `<outdir>/<name>/index.mjs` with its chunks beside it; source maps go to `maps/`
 * and metafiles to `meta/`, outside of what is zipped. The same sources give the same bytes.
 * Answers with the bytes that each function loads at start. Under the condition `sample-agents` the agents are those of the tests.
 * `only`: the functions that are built, instead of all. `agents`: the index of a project that depends on this package; whoever
 * builds for one has led `#agents` to it.
 */
export const buildFunctions = async (
  root: string,
  outdir = join(root, 'dist'),
  conditions: readonly string[] = [],
  only?: readonly string[],
  agents?: string,
): Promise<Record<string, number>> => {
  checkIndex(index, true);
  const names = only ?? (await deployedFunctions(root));
  const built = names.map(async (name): Promise<[string, number]> => {
    const result = await bundle(root, name, conditions, agents);
    await save(outdir, name, result);
    return [name, startBytes(result.metafile)];
  });
  return Object.fromEntries(await Promise.all(built));
};

if (import.meta.main) {
  const built = await buildFunctions(resolve(import.meta.dirname, '..'));
  for (const [name, bytes] of Object.entries(built)) console.log(`${name}: ${(bytes / 1024).toFixed(0)} KB at start`);
}
