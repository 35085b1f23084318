import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { LoopParts } from './types.ts';

export interface BoundFetchOptions {
  readonly fetch: typeof globalThis.fetch;
  /** Another base URL for an origin, as configured: for a mirror, a proxy, a test. */
  readonly overrides: ReadonlyMap<string, string>;
}

/** A `fetch` for a tool that reaches the endpoints the tool declared and nothing else; a redirect is an error. */
export const boundFetch =
  ({ fetch, overrides }: BoundFetchOptions): LoopParts['fetchFor'] =>
  (endpoints, signal) =>
  async (endpoint, pathAndQuery, init = {}) => {
    const declared = Object.hasOwn(endpoints, endpoint) ? endpoints[endpoint] : undefined;
    if (declared === undefined || !pathAndQuery.startsWith('/'))
      throw new AppError('internal', safe`A tool asked for an endpoint that it does not declare.`);
    const base = new URL(overrides.get(new URL(declared).origin) ?? declared);
    const url = new URL(`${base.origin}${base.pathname.replace(/\/$/, '')}${pathAndQuery}`);
    return fetch(url, {
      ...init,
      redirect: 'error',
      signal: init.signal ? AbortSignal.any([signal, init.signal]) : signal,
    });
  };
