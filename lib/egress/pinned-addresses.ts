import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { orAborted } from '../kernel/clock.ts';
import { isLoopbackHost } from '../kernel/forms/host-patterns.ts';
import { isLoopbackAddress, isPrivateAddress, isPublicAddress } from './public-address.ts';

/** All addresses of a host, as the system knows them. */
export type Lookup = (host: string) => Promise<readonly LookupAddress[]>;

/** Which addresses a name may lead to: those of the internet, or of a private network too. */
export type Network = 'public' | 'private';

const ALLOWED: Record<Network, (address: string) => boolean> = {
  public: isPublicAddress,
  private: (address) => isPublicAddress(address) || isPrivateAddress(address),
};

/**
 * The addresses of a host that may be connected to, looked up once; a host that names this machine is this machine alone. `host` is
 * as `URL.hostname` has it.
 */
export const allowedAddresses = async (
  lookup: Lookup,
  host: string,
  network: Network,
  signal: AbortSignal,
): Promise<readonly LookupAddress[]> => {
  const literal = host.replace(/^\[|\]$/g, '');
  const family = isIP(literal);
  const all = family === 0 ? await orAborted(lookup(host), signal) : [{ address: literal, family }];
  const isAllowed = isLoopbackHost(host) ? isLoopbackAddress : ALLOWED[network];
  return all.filter(({ address }) => isAllowed(address));
};

/**
 * What a request looks its host up by, so that what it connects to is what was looked at: a name that leads elsewhere by now leads
 * nowhere. The connection must be its own: one that was kept may lead to an address that nobody has looked at.
 */
export const pinnedTo =
  (addresses: readonly LookupAddress[]): LookupFunction =>
  (_host, { all }, done) => {
    const [first] = addresses;
    if (all === true) done(null, [...addresses]);
    else done(null, first?.address ?? '', first?.family);
  };
