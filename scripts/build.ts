import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { build, type BuildOptions, type BuildResult } from 'esbuild';
import { parse } from 'yaml';
import { agents } from '#agents';
import { checkTools } from '../lib/agent/define/check-tools.ts';
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
  define: { 'process.env.NODE_ENV': '"production"' },
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
} as const satisfies BuildOptions;

// Each function is built alone: chunks shared between functions would make the zip of one depend on the code of another.
// There is no `require` in ESM. What is bundled of CommonJS asks for it inside a `try` only; else its zip would not load.
const bundle = (root: string, name: string, conditions: readonly string[]): Promise<InMemory> =>
  build({
    absWorkingDir: root,
    entryPoints: { index: `functions/${name}.ts` },
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
    plugins: [frontDoor(), pastBarrels(root)],
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
 * `only`: the functions that are built, instead of all.
 */
export const buildFunctions = async (
  root: string,
  outdir = join(root, 'dist'),
  conditions: readonly string[] = [],
  only?: readonly string[],
): Promise<Record<string, number>> => {
  checkTools(agents);
  const names = only ?? (await deployedFunctions(root));
  const built = names.map(async (name): Promise<[string, number]> => {
    const result = await bundle(root, name, conditions);
    await save(outdir, name, result);
    return [name, startBytes(result.metafile)];
  });
  return Object.fromEntries(await Promise.all(built));
};

if (import.meta.main) {
  const built = await buildFunctions(resolve(import.meta.dirname, '..'));
  for (const [name, bytes] of Object.entries(built)) console.log(`${name}: ${(bytes / 1024).toFixed(0)} KB at start`);
}
