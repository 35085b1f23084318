import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { madeOnce, ROOT } from '../made-once.ts';

const SOURCES = ['package*.json', 'test/api/bundled-server.ts', '{functions,lib,local}/**/*.ts'];

/** The one import of which only the running server knows the path. */
const OF_A_FUNCTION = 'import(pathToFileURL(join(root, file)).href)';

const functionsWithin: Plugin = {
  name: 'functions-within',
  setup(building) {
    building.onLoad({ filter: /\/local\/load-handlers\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (!text.includes(OF_A_FUNCTION)) throw new Error(`${path} imports functions in another way`);
      const loaders = readdirSync(join(ROOT, 'functions'))
        .filter((file) => file.endsWith('.ts'))
        .map((file) => `'functions/${file}': () => import('../functions/${file}')`);
      return { loader: 'ts', contents: text.replace(OF_A_FUNCTION, `({ ${loaders.join(', ')} })[file]()`) };
    });
  },
};

interface Bundled {
  readonly outdir: string;
  /** Beside the program. */
  readonly entryPoints?: readonly string[];
  /** What is resolved when the program runs. */
  readonly external?: readonly string[];
}

const bundle = async ({ outdir, entryPoints = [], external = [] }: Bundled): Promise<void> => {
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['local/main.ts', ...entryPoints],
    entryNames: '[name]',
    // Built with it are the pages of the console, when the first is asked for: it is no part of the server.
    external: [...external, 'esbuild'],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // Keeps late imports late: the functions, which look at the environment, and the SDKs.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    conditions: ['module', 'sample-agents'],
    keepNames: true,
    // Where `local/` is, not the bundle.
    define: {
      'import.meta.dirname': JSON.stringify(join(ROOT, 'local')),
      'import.meta.url': JSON.stringify(pathToFileURL(join(ROOT, 'local/main.ts')).href),
    },
    // What is bundled of CommonJS asks for it.
    banner: { js: `const require = process.getBuiltinModule('module').createRequire(import.meta.url);` },
    plugins: [functionsWithin],
    logLevel: 'warning',
  });
};

let whole: Promise<string> | undefined;

/** The program of `npm start` in a hundred files instead of a thousand, which takes a third of the processor time less to start. */
export const bundledServer = async (): Promise<string> => {
  const sources = [...SOURCES, 'test/sample-agents/**/*.ts'];
  whole ??= madeOnce({ name: 'ballast-server', sources, make: (outdir) => bundle({ outdir }) });
  return join(await whole, 'main.mjs');
};

const KILLED = 'test/durable-run/kill/*agents.ts';
let killed: Promise<string> | undefined;

/** The same, in a folder with the agents of the runs that are killed beside it; which of them are `#agents` is up to a preload. */
export const bundledForKills = async (): Promise<{ readonly entry: string; readonly folder: string }> => {
  killed ??= madeOnce({
    name: 'ballast-killed-server',
    sources: [...SOURCES, KILLED],
    make: (outdir) => bundle({ outdir, entryPoints: globSync(KILLED, { cwd: ROOT }), external: ['#agents'] }),
  });
  const folder = await killed;
  return { entry: join(folder, 'main.mjs'), folder };
};
