import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { type Document, documents, read, ROOT } from './markdown.ts';

/** Written by a command, and so not always there. */
const MADE = new Set(['docs/proof.md', 'docs/performance.md']);

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

const anchorsOf = ({ text }: Document): Set<string> =>
  new Set([...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => anchorOf(heading)));

const broken = (document: Document): string[] =>
  [...document.text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    if (/^https?:/.test(link)) return [];
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? document.path : path.posix.join(path.posix.dirname(document.path), file);
    if (!existsSync(path.join(ROOT, target))) return MADE.has(target) ? [] : [link];
    return anchor !== undefined && !anchorsOf(read(target)).has(anchor) ? [link] : [];
  });

const PLACE = /`((?:agents|docs|functions|infra|lib|local|scripts|test)\/[\w./-]*)`/g;

const missing = ({ text }: Document): string[] =>
  [...text.matchAll(PLACE)]
    .map(([, place = '']) => place)
    .filter((place) => !MADE.has(place) && !existsSync(path.join(ROOT, place)));

it.each(documents())('each link of $path leads somewhere', (document) => {
  expect(broken(document)).toEqual([]);
});

it.each(documents())('each file that $path names is there', (document) => {
  expect(missing(document)).toEqual([]);
});

it('a link, an anchor and a file that lead nowhere are found', () => {
  const text = '# A title\n[a](no/such.md) [b](#no-such) [c](#a-title) [d](docs/api.md#no-such) `lib/no-such.ts`';
  const document = { path: 'README.md', text };
  expect(broken({ ...document, text: text.replace('[c](#a-title)', '') })).toHaveLength(3);
  expect(missing(document)).toEqual(['lib/no-such.ts']);
});

it('the README leads to every page of docs', () => {
  const { text } = read('README.md');
  const pages = documents().filter(({ path: file }) => /^docs\/[^/]+\.md$/.test(file) && !MADE.has(file));
  expect(pages.length).toBeGreaterThan(10);
  expect(pages.map(({ path: file }) => file).filter((file) => !text.includes(`(${file})`))).toEqual([]);
});

/** Words of Mermaid's own, which no node may be named by: the picture would not be drawn. */
const RESERVED = /(?:^|\s)(?:call|click|class|default|end|graph|href|linkStyle|style|subgraph)(?=\[|\(| --)/m;

const pictures = documents().flatMap((document) =>
  [...document.text.matchAll(/^```mermaid\n([\s\S]*?)^```/gm)].map(([, text = '']) => ({ path: document.path, text })),
);

it.each(pictures)('the picture of $path names its nodes by no word of Mermaid', ({ text }) => {
  expect(text).not.toMatch(RESERVED);
});
