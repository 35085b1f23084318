import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Puts the pages of `pages/` where a function imports `#pages`, in a chunk of their own, which its start does not load. The
 * package of a project has them built in `local/pages.js`, where its `package.json` leads.
 */
export const builtPages = (root: string): Plugin => ({
  name: 'built-pages',
  setup(build) {
    if (!existsSync(join(root, 'pages'))) return;
    build.onResolve({ filter: /^#pages(?:\/built)?$/ }, ({ path }) => ({ path, namespace: 'pages' }));
    build.onLoad({ filter: /^#pages$/, namespace: 'pages' }, () => ({
      contents: `export const loadPages = async () => (await import('#pages/built')).pages;`,
    }));
    build.onLoad({ filter: /^#pages\/built$/, namespace: 'pages' }, async () => {
      const { buildPages } = await import('../local/build-pages.ts');
      return { contents: `export const pages = ${JSON.stringify(await buildPages(root))};` };
    });
  },
});
