import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { header, type HttpEvent, type HttpResponse } from '../types.ts';

/** A page that is one file: its script and its style stand in it, so that no path has to be known to load them. */
export interface Page {
  /** The HTML, compressed, in base64. */
  readonly gzip: string;
  /** Of the HTML: another build has another. */
  readonly hash: string;
  /** Its `content-security-policy`. */
  readonly policy: string;
}

export type PageName = 'console' | 'docs';
export type Pages = Readonly<Record<PageName, Page>>;

/** SHA-256 in base64 of the one script and the one style that a page may run. */
interface Hashes {
  readonly script: string;
  readonly style: string;
}

/**
 * Nothing but that script and that style runs, and the page speaks to its own origin alone: what an attacker got into a page
 * could neither run nor send anything away.
 */
export const contentSecurityPolicy = ({ script, style }: Hashes): string =>
  [
    "default-src 'none'",
    `script-src 'sha256-${script}'`,
    `style-src 'sha256-${style}'`,
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');

const takesGzip = (event: HttpEvent): boolean =>
  (header(event, 'accept-encoding') ?? '')
    .split(',')
    .some((coding) => /^\s*(?:gzip|\*)\s*(?:;|$)/i.test(coding) && !/;\s*q=0(?:\.0*)?\s*$/i.test(coding));

/** A page as an answer; 304 where the browser has it. A browser asks each time, so that nobody works with an old one. */
export const pageResponse = ({ gzip, hash, policy }: Page, event: HttpEvent): HttpResponse => {
  const etag = `W/"${hash}"`;
  const headers = {
    'cache-control': 'no-cache',
    'content-security-policy': policy,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    etag,
    vary: 'accept-encoding',
  };
  const known = (header(event, 'if-none-match') ?? '').split(',').some((tag) => tag.trim() === etag);
  if (known) return { statusCode: 304, headers, body: '' };
  const compressed = Buffer.from(gzip, 'base64');
  const isCompressed = takesGzip(event);
  const type = { 'content-type': 'text/html; charset=utf-8' };
  return {
    statusCode: 200,
    headers: { ...headers, ...type, ...(isCompressed && { 'content-encoding': 'gzip' }) },
    body: Readable.from([isCompressed ? compressed : gunzipSync(compressed)]),
  };
};
