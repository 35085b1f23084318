import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { contentSecurityPolicy, type Page, type PageName, type Pages } from '../lib/http/response/page.ts';

const TITLES: Record<PageName, string> = { console: 'Ballast console', docs: 'Ballast API' };

/** The mark of the tab: a weight. It is a part of the page, because another file would be another request. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='%234f6bed' d='M6 4a2 2 0 1 1 4 0h2l2 10H2L4 4z'/%3E%3C/svg%3E";

/** A page holds its script between two tags, which nothing in the script may look like. */
const inTags = (script: string): string => script.replace(/<(?=\/script|!--|script)/gi, '\\x3C');

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');

const compiled = async (root: string, name: PageName): Promise<{ readonly script: string; readonly style: string }> => {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [`pages/${name}/main.ts`],
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: ['chrome123', 'firefox120', 'safari17.5'],
    minify: true,
    legalComments: 'none',
    charset: 'utf8',
    write: false,
    logLevel: 'silent',
  });
  const style = await build({
    absWorkingDir: root,
    entryPoints: ['pages/style.css'],
    bundle: true,
    minify: true,
    write: false,
    logLevel: 'silent',
  });
  return { script: inTags(outputFiles[0]?.text ?? '').trim(), style: (style.outputFiles[0]?.text ?? '').trim() };
};

const pageOf = async (root: string, name: PageName): Promise<Page> => {
  const { script, style } = await compiled(root, name);
  const html =
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${TITLES[name]}</title>` +
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">' +
    `<link rel="icon" href="${ICON}"><style>${style}</style></head><body><div id="app">` +
    `<noscript>This page is a program: allow JavaScript for it, or read docs/api.md.</noscript></div><script>${script}</script></body></html>`;
  const gzip = gzipSync(html, { level: 9 });
  return {
    gzip: gzip.toString('base64'),
    hash: createHash('sha256').update(html).digest('hex').slice(0, 16),
    policy: contentSecurityPolicy({ script: sha256(script), style: sha256(style) }),
  };
};

/** The pages of `pages/`, each with its script and its style in it. The same sources give the same bytes. */
export const buildPages = async (root: string): Promise<Pages> => {
  const [console, docs] = await Promise.all([pageOf(root, 'console'), pageOf(root, 'docs')]);
  return { console, docs };
};
