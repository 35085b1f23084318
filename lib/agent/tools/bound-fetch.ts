import { AppError } from '../../kernel/errors.ts';
import { safe } from '../../kernel/redacted.ts';
import type { Endpoint, SecretHeader } from '../define/endpoint.ts';
import type { LoopParts } from '../loop/types.ts';

export interface BoundFetchOptions {
  readonly fetch: typeof globalThis.fetch;
  /** Another base URL for an origin, as configured: for a mirror, a proxy, a test. */
  readonly overrides: ReadonlyMap<string, string>;
}

const trimmed = (text: string): string => text.replace(/\/$/, '');

const withSecret = (init: RequestInit, { header, prefix }: SecretHeader, secret: string): RequestInit => {
  const headers = new Headers(init.headers);
  headers.set(header, `${prefix}${secret}`);
  return { ...init, headers };
};

/** A stream is sent once; anything else can be sent again. */
const isRepeatable = ({ body }: { readonly body?: unknown }): boolean =>
  typeof body !== 'object' || body === null || !(Symbol.asyncIterator in body);

/**
 * A `fetch` for a tool that reaches the endpoints the tool declared and nothing else; a redirect is an error. An endpoint
 * with a credential gets it with each request. Where it is refused (401), the secret is read anew, and the request sent
 * once more if there is a newer one: so a rotation needs no deployment.
 */
export const boundFetch =
  ({ fetch, overrides }: BoundFetchOptions): LoopParts['fetchFor'] =>
  (endpoints, secrets, signal) =>
  async (endpoint, pathAndQuery, init = {}) => {
    const declared: Endpoint | undefined = Object.hasOwn(endpoints, endpoint) ? endpoints[endpoint] : undefined;
    if (declared === undefined || !pathAndQuery.startsWith('/'))
      throw new AppError('internal', safe`A tool asked for an endpoint that it does not declare.`);
    const { origin, pathname } = new URL(declared.url);
    const base = `${trimmed(overrides.get(origin) ?? origin)}${trimmed(pathname)}`;
    const url = new URL(`${base}${pathAndQuery}`);
    const bound: RequestInit = {
      ...init,
      redirect: 'error',
      signal: init.signal ? AbortSignal.any([signal, init.signal]) : signal,
    };
    const { authorization } = declared;
    if (authorization === null) return fetch(url, bound);
    const secret = await secrets.get(authorization.secret);
    const response = await fetch(url, withSecret(bound, authorization, secret));
    if (response.status !== 401 || !isRepeatable(init)) return response;
    const newer = await secrets.refresh(authorization.secret).catch(() => secret);
    if (newer === secret) return response;
    await response.body?.cancel();
    return fetch(url, withSecret(bound, authorization, newer));
  };
