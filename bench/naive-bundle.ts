import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { COMPILATION } from '../scripts/build.ts';

/** Names of the libraries that the functions are made of: the runtime dependencies of `package.json`. */
export const runtimeDependencies = (root: string): string[] => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return Object.keys(dependencies);
};

/**
 * Builds what one gets without care for cold starts: all that the libraries offer, imported statically by their plain
 * entry points into one file, minified as the functions are.
 */
export const buildNaive = async (root: string, libraries: readonly string[], outfile: string): Promise<void> => {
  const contents = libraries.map((library, at) => `export * as library${at} from '${library}';`).join('\n');
  await build({
    stdin: { contents, resolveDir: root, sourcefile: 'naive.js' },
    absWorkingDir: root,
    outfile,
    ...COMPILATION,
    splitting: false,
    // Some of them are CommonJS, and ask for modules of Node by `require`.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
};
