import { BlockList, isIP } from 'node:net';

/** Of IPv4 what is not for the internet, by IANA's special-purpose registry, and what nobody may be sent to: multicast, 240/4. */
const SPECIAL_V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

/** Of IPv6 all that is assigned to the internet so far, less what holds another address or is for documents. */
const GLOBAL_V6 = ['2000::', 3] as const;
const SPECIAL_V6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const global = new BlockList();
global.addSubnet(...GLOBAL_V6, 'ipv6');
const special = new BlockList();
for (const [net, prefix] of SPECIAL_V4) special.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of SPECIAL_V6) special.addSubnet(net, prefix, 'ipv6');

/**
 * Whether an address is one of the public internet: not private, of this machine, link-local (where clouds have their
 * metadata), shared, multicast, reserved, nor an IPv6 one that stands for an IPv4 one. Anything else than an address is not.
 */
export const isPublicAddress = (address: string): boolean => {
  const family = isIP(address);
  if (family === 4) return !special.check(address, 'ipv4');
  return family === 6 && global.check(address, 'ipv6') && !special.check(address, 'ipv6');
};

const ownV4 = new BlockList();
for (const [net, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  ownV4.addSubnet(net, prefix, 'ipv4');
const ownV6 = new BlockList();
ownV6.addSubnet('fc00::', 7, 'ipv6');
/** Where AWS has its instance metadata, time and DNS. */
const ofCloud = new BlockList();
ofCloud.addSubnet('fd00:ec2::', 32, 'ipv6');

/** Whether an address is of a network of one's own, such as a VPC: RFC 1918 and RFC 4193, less what a cloud answers there itself. */
export const isPrivateAddress = (address: string): boolean => {
  const family = isIP(address);
  if (family === 4) return ownV4.check(address, 'ipv4');
  return family === 6 && ownV6.check(address, 'ipv6') && !ofCloud.check(address, 'ipv6');
};

/** Whether an address is of this machine. */
export const isLoopbackAddress = (address: string): boolean =>
  address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address);
