import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { StartRefused } from './start-refused.ts';

/** Addresses that lead back to this machine, whatever its interfaces are; those of all zeros are taken for it too. */
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('0.0.0.0', 'ipv4');
loopback.addAddress('::1', 'ipv6');
loopback.addAddress('::', 'ipv6');

const isOwnAddress = (address: string): boolean => {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const own = Object.values(networkInterfaces()).flatMap((each = []) => each.map((one) => one.address));
  return loopback.check(address, family) || own.includes(address);
};

const isOwnName = async (name: string): Promise<boolean> => {
  if (name === 'localhost' || name.endsWith('.localhost') || name === hostname().toLowerCase()) return true;
  const found = await lookup(name, { all: true }).catch(() => []);
  return found.some(({ address }) => isOwnAddress(address));
};

/** Whether a URL names this machine at that port. Asks the resolver for a name only where the port is the same. */
export const leadsHere = async (url: string, port: number): Promise<boolean> => {
  const { hostname: host, port: written, protocol } = new URL(url);
  if (Number(written || (protocol === 'https:' ? 443 : 80)) !== port) return false;
  const name = host.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return isIP(name) === 0 ? await isOwnName(name) : isOwnAddress(name);
};

/** Rejects with `StartRefused` where the provider would be this very server: a call would call itself, and each is paid. */
export const refuseItself = async (providerUrl: string | null, port: number): Promise<void> => {
  if (providerUrl === null || !(await leadsHere(providerUrl, port))) return;
  throw new StartRefused(
    `ANTHROPIC_BASE_URL is this very server, at port ${port}: it would call itself without end; set it to the provider, or leave it out.`,
  );
};
