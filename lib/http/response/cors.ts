import { AppError } from '../../kernel/errors.ts';
import { safe } from '../../kernel/redacted.ts';
import { header, type HttpEvent, type HttpResponse, listHeader } from '../types.ts';

type Headers = Readonly<Record<string, string>>;

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';

/** Two hours: no browser keeps it longer. */
const MAX_AGE_S = 7_200;

const LIMITS = ['requests', 'tokens'].flatMap((kind) =>
  ['limit', 'remaining', 'reset'].map((figure) => `anthropic-ratelimit-${kind}-${figure}`),
);

/** What of an answer's headers a page may read, besides those that it always may. */
export const EXPOSED_HEADERS: readonly string[] = [
  ...['request-id', 'retry-after', 'x-should-retry', 'idempotency-replayed', 'location', 'etag', 'allow'],
  ...['www-authenticate', 'x-ballast-degraded', 'x-ballast-max-tokens', 'x-ballast-upstream-request-id'],
  ...LIMITS,
];

/** What is asked for is allowed, as far as it is names of headers: a page sends what its SDK adds, whose list is long. */
const HEADER_NAMES = /^[\w!#$%&'*+.^`|~-]+(?:\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/;
const MAX_NAMES_CHARS = 4_096;

const allowedHeaders = (event: HttpEvent): Headers => {
  const wanted = listHeader(event, 'access-control-request-headers') ?? '';
  return wanted.length <= MAX_NAMES_CHARS && HEADER_NAMES.test(wanted)
    ? { 'access-control-allow-headers': wanted }
    : {};
};

/**
 * The headers by which a browser lets a page of an allowed origin read an answer, errors included. No cookie is ever
 * read, so that there are no credentials to allow.
 */
export const corsHeaders = (origins: ReadonlySet<string>, origin: string | undefined): Headers => {
  if (origins.size === 0) return {};
  // Caches keep an answer to one origin from the others.
  if (origin === undefined || !origins.has(origin)) return { vary: 'origin' };
  return {
    vary: 'origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': EXPOSED_HEADERS.join(', '),
  };
};

/**
 * What a browser asks before it lets a page call: 204 for an allowed origin, `undefined` for what is no such question.
 * Throws `forbidden` for any other origin.
 */
export const answerPreflight = (origins: ReadonlySet<string>, event: HttpEvent): HttpResponse | undefined => {
  const origin = header(event, 'origin');
  if (event.httpMethod !== 'OPTIONS' || origin === undefined) return undefined;
  if (origins.has(origin)) {
    const headers = {
      'access-control-allow-methods': METHODS,
      ...allowedHeaders(event),
      'access-control-max-age': String(MAX_AGE_S),
    };
    return { statusCode: 204, headers: { ...corsHeaders(origins, origin), ...headers }, body: '' };
  }
  if (header(event, 'access-control-request-method') === undefined) return undefined;
  throw new AppError('forbidden', safe`Pages of this origin may not call: CORS_ORIGINS does not name it.`);
};
