import { expect, it } from 'vitest';
import { isPrivateAddress, isPublicAddress } from '../../lib/egress/public-address.ts';

it.each(['8.8.8.8', '1.1.1.1', '100.63.255.255', '172.32.0.1', '192.167.1.1', '223.255.255.255', '2606:4700::1111'])(
  '%s is public',
  (address) => expect(isPublicAddress(address)).toBe(true),
);

it.each([
  ['of this machine', ['127.0.0.1', '127.255.255.254', '::1', '0.0.0.0', '0.1.2.3', '::']],
  ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fdff::1', 'fec0::1']],
  ['of the metadata of a cloud', ['169.254.169.254', '169.254.170.2', 'fd00:ec2::254', '100.100.100.200']],
  ['link-local', ['169.254.0.1', 'fe80::1', 'febf::1']],
  ['shared between carriers', ['100.64.0.1', '100.127.255.255']],
  ['for tests and documents', ['192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '2001:db8::1', '3fff::1']],
  ['multicast, broadcast or reserved', ['224.0.0.1', '239.1.1.1', '240.0.0.1', '255.255.255.255', 'ff02::1']],
  ['an IPv4 one in IPv6', ['::ffff:8.8.8.8', '::ffff:127.0.0.1', '::ffff:7f00:1', '::127.0.0.1', '64:ff9b::7f00:1']],
  ['a tunnel to an IPv4 one', ['2002:7f00:1::1', '2001::1', '2001:0:53aa:64c:0:fbff:80ff:fffe']],
  ['none', ['', 'localhost', '2130706433', '0x7f.1', '127.1', '1.2.3', 'example.com']],
])('what is %s is not public', (_title, addresses) => {
  expect(addresses.filter(isPublicAddress)).toEqual([]);
});

it.each(['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12:3456::1'])(
  '%s is of a private network',
  (address) => expect(isPrivateAddress(address)).toBe(true),
);

it.each([
  ...['8.8.8.8', '172.32.0.1', '127.0.0.1', '::1', '169.254.169.254', '100.64.0.1', 'fe80::1', '2606:4700::1111'],
  // The metadata of AWS, in IPv6.
  ...['fd00:ec2::254', '::ffff:10.0.0.1', 'localhost', ''],
])('%s is of none', (address) => expect(isPrivateAddress(address)).toBe(false));
