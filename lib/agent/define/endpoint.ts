import type { Network } from '../../egress/pinned-addresses.ts';
import { areHostPatterns, isLoopbackHost } from '../../kernel/forms/host-patterns.ts';
import { isLoopbackUrl, isProtectedUrl } from '../../kernel/forms/origins.ts';

/** A header that holds a secret of the tool. */
export interface SecretHeader {
  /** Its name, in lower case. */
  readonly header: string;
  /** What stands before the secret in it. */
  readonly prefix: string;
  /** One of the tool's `secrets`. */
  readonly secret: string;
}

/** Where a tool may reach, and what lets it in. */
export interface Endpoint {
  /** Base URL by stage, `local` being this machine; `default` is that of every other. */
  readonly urls: StageUrls;
  /** Goes with each request to this endpoint, and nowhere else; `null`: nothing does. */
  readonly authorization: SecretHeader | null;
  /** Which addresses its name may lead to. */
  readonly network: Network;
  /** Names of hosts, or `*.` and what they end in: any https URL of one of them may be asked, and `urls` says nothing. `null`: not so. */
  readonly hosts: readonly string[] | null;
}

/** A base URL for each stage that has one of its own, and for all others. */
export type StageUrls = Readonly<Record<string, string>> & { readonly default: string };

/**
 * As a tool declares it: a URL alone, or with one for a stage, or with its credential; `network: 'private'` where its name leads into
 * a network of your own. Or the hosts of which it may ask any https URL: then `fetch` is given the whole URL.
 */
export type EndpointOptions =
  | string
  | {
      readonly url: string | StageUrls;
      readonly authorization?: SecretHeader;
      readonly network?: Network;
    }
  | { readonly hosts: readonly string[] };

/** `Authorization: Bearer <secret>`. */
export const bearer = (secret: string): SecretHeader => ({ header: 'authorization', prefix: 'Bearer ', secret });

/** A header of another name that holds the secret alone, as in `x-api-key: <secret>`. Throws a TypeError where no header has that name. */
export const secretHeader = (header: string, secret: string): SecretHeader => {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(header)) throw new TypeError('A header has a name of A-Z a-z 0-9 and -.');
  return { header: header.toLowerCase(), prefix: '', secret };
};

/** The endpoint with every option decided. */
export const endpointOf = (options: EndpointOptions): Endpoint => {
  if (typeof options === 'object' && 'hosts' in options)
    return { urls: { default: '' }, authorization: null, network: 'public', hosts: options.hosts };
  const { url, authorization = null, network = 'public' } = typeof options === 'string' ? { url: options } : options;
  return { urls: typeof url === 'string' ? { default: url } : url, authorization, network, hosts: null };
};

/** Its base URL in a stage. */
export const urlIn = ({ urls }: Endpoint, stage: string): string =>
  (Object.hasOwn(urls, stage) ? urls[stage] : undefined) ?? urls.default;

/**
 * Whether a path stays below whatever it is put behind, on each server that reads it: no step up, plain or encoded, no
 * slash that is encoded or stands twice, no backslash, nothing that a parser would leave out.
 */
export const staysBelow = (path: string): boolean =>
  path.startsWith('/') &&
  !/\/\/|[\\\p{Cc}]|%(?:25)*(?:2f|5c|0[0-9a-f]|1[0-9a-f])/iu.test(path) &&
  // Blanks at the end of a URL are left out by who parses it; all others are encoded.
  !path.split('/').some((segment) => /^\s*\.\.?\s*(?:;|$)/u.test(segment.replaceAll(/%(?:25)*2e/gi, '.')));

/** A name, or the end of names, that others than this machine may have: no address, and nothing below a top-level domain alone. */
const isOpenHost = (host: string): boolean =>
  areHostPatterns(host) &&
  !host.includes(',') &&
  host === host.toLowerCase() &&
  /\.[a-z][a-z0-9-]*$/.test(host) &&
  !isLoopbackHost(host) &&
  !host.endsWith('.localhost');

const ofHosts = ({ hosts, ...others }: { readonly hosts: unknown }): string | null => {
  const [other] = Object.keys(others);
  if (other !== undefined) return `has ${other} beside hosts: leave one of them out.`;
  const isNamed = Array.isArray(hosts) && hosts.length > 0 && hosts.every((host) => isOpenHost(String(host)));
  return isNamed
    ? null
    : "has hosts that are no list of names of the internet, as ['docs.example.com', '*.example.org'].";
};

const ofUrl = (url: string, stage: string, hasSecret: boolean): string | null => {
  if (!URL.canParse(url)) return `is no URL: ${url}. Write one such as https://shop.example.com/api.`;
  const { protocol, username, password, search, hash } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') return `is no https URL: ${url}.`;
  if (username !== '' || password !== '')
    return 'has a credential in its URL. Declare it in secrets, and name it by authorization: bearer(…).';
  if (search !== '' || hash !== '' || url.includes('?') || url.includes('#'))
    return `has more than a path: ${url}. What stands behind ? goes into fetch.`;
  const path = url.replace(/^[a-z]+:\/\/[^/]*/i, '');
  if (path !== '' && !staysBelow(path.replace(/\/$/, '')) && path !== '/')
    return `has a path that is not plain: ${url}.`;
  if (isProtectedUrl(url)) return null;
  if (hasSecret) return `needs https, or http on this machine, because it has a secret: ${url}.`;
  return stage === 'local'
    ? null
    : `needs https: ${url}. Where only your own machine has it, write url: { local: '${url}', default: 'https://…' }.`;
};

/** What is wrong with an endpoint of a tool that has these secrets, continuing its name; `null`: nothing. */
export const endpointIssue = (options: EndpointOptions, secrets: readonly string[]): string | null => {
  const given: unknown = options;
  const form = "is a URL, as 'https://shop.example.com', or { url, authorization: bearer('shop-api') }.";
  if (typeof given !== 'string' && (typeof given !== 'object' || given === null)) return form;
  if (typeof given === 'object' && 'hosts' in given) return ofHosts(given);
  const { urls, authorization, network } = endpointOf(options);
  if (typeof urls !== 'object' || urls === null) return form;
  if (typeof given === 'object') {
    const unknown = Object.keys(given).find((name) => !['url', 'authorization', 'network'].includes(name));
    if (unknown !== undefined)
      return `has ${unknown}, which is not an option. There are url, authorization, network; or hosts.`;
  }
  if (typeof urls.default !== 'string')
    return "has no url for every stage: add default, as { dev: 'https://…', default: 'https://…' }.";
  if (!['public', 'private'].includes(network)) return "has a network that is neither 'public' nor 'private'.";
  if (authorization !== null && typeof authorization.secret !== 'string')
    return 'has an authorization that bearer or secretHeader has not made.';
  if (authorization !== null && !secrets.includes(authorization.secret))
    return `needs ${authorization.secret}: add it to secrets.`;
  for (const [stage, url] of Object.entries(urls)) {
    const issue = ofUrl(url, stage, authorization !== null);
    if (issue !== null) return issue;
  }
  return null;
};

/** What is wrong with an endpoint where it is deployed, continuing its name: this machine is another there. */
export const deployedIssue = ({ urls, hosts }: Endpoint): string | null => {
  if (hosts !== null) return null;
  const own = Object.entries(urls).find(([stage, url]) => stage !== 'local' && isLoopbackUrl(url))?.[1];
  return own === undefined
    ? null
    : `is on this machine, ${own}, which a deployment cannot reach: write url: { local: '${own}', default: 'https://…' }.`;
};
