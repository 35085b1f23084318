import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { isLoopbackHost, matchesHost } from '../lib/kernel/forms/host-patterns.ts';

/** Whether a request is meant for this server, by every host that it names. */
export type IsForUs = (request: Pick<IncomingMessage, 'url' | 'headersDistinct'>) => boolean;

export interface OwnHostsOptions {
  /** Addresses or names that the server listens on. */
  readonly hosts: readonly string[];
  /** Names of proxies before it, as `matchesHost` takes them. */
  readonly allowedHosts: readonly string[];
}

const AUTHORITY = /^(\[[\da-f:.]+\]|[^\s:@/\\?#[\]]+)(?::\d{0,5})?$/i;

/** A host as a browser would write it, without its port; `null` for what is none. */
const nameOf = (authority: string): string | null => {
  const host = AUTHORITY.exec(authority.trim())?.[1];
  if (host === undefined || !URL.canParse(`http://${host}`)) return null;
  return new URL(`http://${host}`).hostname.replace(/\.$/, '');
};

/** Whether it is an address, which no name server can lead elsewhere. */
const isAddress = (name: string): boolean => isIP(name.replace(/^\[|\]$/g, '')) !== 0;

const written = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);

const EVERY_ADDRESS: ReadonlySet<string | null> = new Set(['0.0.0.0', '[::]']);

/** The hosts that a request names: that of its target, where it has one, and those of its header. */
const namedBy = ({ url = '', headersDistinct }: Parameters<IsForUs>[0]): string[] => {
  const target = /^https?:\/\/([^/?#]*)/i.exec(url)?.[1];
  return [...(target === undefined ? [] : [target]), ...(headersDistinct['host'] ?? [])];
};

/**
 * A page's own name may be led to this machine after the page was loaded (DNS rebinding): then its requests have the right
 * origin, and only the host that they name tells them apart. Browsers always name one; who names none is none.
 */
export const ownHosts = ({ hosts, allowedHosts }: OwnHostsOptions): IsForUs => {
  const listening = new Set(hosts.map((host) => nameOf(written(host))));
  const takesAddresses = [...listening].some((name) => EVERY_ADDRESS.has(name));
  const isOwn = (authority: string): boolean => {
    const name = nameOf(authority);
    if (name === null) return false;
    if (isLoopbackHost(name) || listening.has(name) || matchesHost(name, allowedHosts)) return true;
    return takesAddresses && isAddress(name);
  };
  return (request) => namedBy(request).every(isOwn);
};

/** For what listens on the loopback address for this process alone. */
export const isForLoopback: IsForUs = ownHosts({ hosts: [], allowedHosts: [] });
