import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const IMPORT = /\bimport\s*\{([^{}]*)\}\s*from\s*(['"])ballast\2/g;
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
/** What a project depends on; the folder of a project may end in `agents` too. */
const INSTALLED = /[/\\]node_modules[/\\]/;
const RESOLVED = 'by the front door';
const SCHEMAS = /(^|,)(\s*)z(?:\s+as\s+([\w$]+))?(\s*)(?:,|$)/;

/** A file's text with `z` imported straight from `zod/mini`; its lines stay where they are. */
export const schemasApart = (text: string): string =>
  text.replace(IMPORT, (whole, list: string) => {
    const names = list.replace(COMMENT, (comment) => comment.replace(/[^\n]/g, ' '));
    const [found, , , alias = 'z'] = SCHEMAS.exec(names) ?? [];
    if (found === undefined) return whole;
    return `import * as ${alias} from 'zod/mini'; import {${names.replace(SCHEMAS, '$1$2$4')}} from 'ballast'`;
  });

/**
 * esbuild keeps a namespace whole when another module passes it on, so `import { z } from 'ballast'` would add 430 KB to a
 * function. The build reads it as the import of `zod/mini` that it stands for, of which esbuild keeps what is used. That is the
 * one of Ballast in `root`, whichever the project may have.
 */
export const frontDoor = (root: string): Plugin => ({
  name: 'front-door',
  setup(build) {
    build.onResolve({ filter: /^zod\/mini$/ }, ({ importer, kind, pluginData }) =>
      pluginData === RESOLVED || INSTALLED.test(importer)
        ? undefined
        : build.resolve('zod/mini', { resolveDir: root, kind, pluginData: RESOLVED }),
    );
    build.onLoad({ filter: /agents[/\\].*\.m?[jt]s$/ }, async ({ path }) =>
      INSTALLED.test(path)
        ? undefined
        : { contents: schemasApart(await readFile(path, 'utf8')), loader: path.endsWith('ts') ? 'ts' : 'js' },
    );
  },
});
