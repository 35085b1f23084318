import { arrayBuffer, text } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { type PageName, pageResponse } from '../../lib/http/response/page.ts';
import type { HttpEvent } from '../../lib/http/types.ts';
import { buildPages } from '../../local/build-pages.ts';
import { ROOT } from '../made-once.ts';

const LIMIT = 60 * 1024;
const pages = await buildPages(ROOT);
const names: readonly PageName[] = ['console', 'docs'];

const asked = (headers: Readonly<Record<string, string>>): HttpEvent => ({
  httpMethod: 'GET',
  path: '/console',
  resource: '/console',
  headers,
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  pathParameters: null,
  body: null,
  isBase64Encoded: false,
});

const htmlOf = (name: PageName): string => gunzipSync(Buffer.from(pages[name].gzip, 'base64')).toString();

it.each(names)('%s is at most 60 KB compressed', (name) => {
  expect(gzipSync(htmlOf(name), { level: 9 }).length).toBeLessThanOrEqual(LIMIT);
});

it.each(names)('%s is one file that names no other and no other origin', (name) => {
  const markup = htmlOf(name).replace(/<script>[\s\S]*<\/script>/, '');
  expect(markup.match(/(?:src|href)="(?!data:)[^"]*"/g)).toBeNull();
  expect(htmlOf(name).match(/https?:\/\/(?!www\.w3\.org\/)[\w.-]+/g) ?? []).toEqual([]);
});

it('the same sources give the same bytes', async () => {
  expect(await buildPages(ROOT)).toEqual(pages);
});

it('only the very script and style may run, nothing is framed, and no other origin is asked', () => {
  const { policy } = pages.console;
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("connect-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("require-trusted-types-for 'script'");
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
});

it('goes out compressed where that is taken, plain where not, and not at all where the browser has it', async () => {
  const packed = pageResponse(pages.console, asked({ 'Accept-Encoding': 'br;q=1, gzip' }));
  const body = packed.body as NodeJS.ReadableStream;
  expect(packed.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(Buffer.from(await arrayBuffer(body))).toString()).toBe(htmlOf('console'));
  for (const headers of [{}, { 'accept-encoding': 'gzip;q=0, br' }]) {
    const plain = pageResponse(pages.console, asked(headers));
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(await text(plain.body as NodeJS.ReadableStream)).toBe(htmlOf('console'));
  }
  const etag = packed.headers['etag'] ?? '';
  expect(pageResponse(pages.console, asked({ 'if-none-match': `"other", ${etag}` })).statusCode).toBe(304);
  expect(pageResponse(pages.docs, asked({ 'if-none-match': etag })).statusCode).toBe(200);
  expect(packed.headers['cache-control']).toBe('no-cache');
});
