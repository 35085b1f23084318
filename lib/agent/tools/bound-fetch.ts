import { AppError } from '../../kernel/errors.ts';
import { safe } from '../../kernel/redacted.ts';
import type { LoopParts } from '../loop/types.ts';

export interface BoundFetchOptions {
  readonly fetch: typeof globalThis.fetch;
  /** Another base URL for an origin, as configured: for a mirror, a proxy, a test. */
  readonly overrides: ReadonlyMap<string, string>;
}

const trimmed = (text: string): string => text.replace(/\/$/, '');

/** A `fetch` for a tool that reaches the endpoints the tool declared and nothing else; a redirect is an error. */
export const boundFetch =
  ({ fetch, overrides }: BoundFetchOptions): LoopParts['fetchFor'] =>
  (endpoints, signal) =>
  async (endpoint, pathAndQuery, init = {}) => {
    const declared = Object.hasOwn(endpoints, endpoint) ? endpoints[endpoint] : undefined;
    if (declared === undefined || !pathAndQuery.startsWith('/'))
      throw new AppError('internal', safe`A tool asked for an endpoint that it does not declare.`);
    const { origin, pathname } = new URL(declared);
    const base = `${trimmed(overrides.get(origin) ?? origin)}${trimmed(pathname)}`;
    const url = new URL(`${base}${pathAndQuery}`);
    return fetch(url, {
      ...init,
      redirect: 'error',
      signal: init.signal ? AbortSignal.any([signal, init.signal]) : signal,
    });
  };
