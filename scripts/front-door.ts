import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const IMPORT = /\bimport\s*\{([^{}]*)\}\s*from\s*(['"])ballast\2/g;
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
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
 * function. The build reads it as the import of `zod/mini` that it stands for, of which esbuild keeps what is used.
 */
export const frontDoor = (): Plugin => ({
  name: 'front-door',
  setup(build) {
    build.onLoad({ filter: /agents[/\\].*\.ts$/ }, async ({ path }) => ({
      contents: schemasApart(await readFile(path, 'utf8')),
      loader: 'ts',
    }));
  },
});
