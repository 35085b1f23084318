import { type Endpoint, urlIn } from '../define/endpoint.ts';

export interface Origins {
  /** Another base URL for an origin, as configured: for a mirror, a proxy, a test. */
  readonly overrides: ReadonlyMap<string, string>;
  /** Whose URLs of endpoints hold. */
  readonly stage: string;
}

const trimmed = (text: string): string => text.replace(/\/$/, '');

/** What stands before each path that a tool asks of an endpoint with a URL, without a slash at its end. */
export const baseUrlOf = (endpoint: Endpoint, { overrides, stage }: Origins) => {
  const { origin, pathname } = new URL(urlIn(endpoint, stage));
  const standIn = overrides.get(origin);
  return { url: `${trimmed(standIn ?? origin)}${trimmed(pathname)}`, isStandIn: standIn !== undefined };
};

/** The same for people to read: no credential, query or fragment of a stand-in. `null`: the endpoint has hosts instead. */
export const shownBaseUrl = (endpoint: Endpoint, origins: Origins): string | null => {
  if (endpoint.hosts !== null) return null;
  const { origin, pathname } = new URL(baseUrlOf(endpoint, origins).url);
  return trimmed(`${origin}${pathname}`);
};
