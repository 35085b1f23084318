import { hostname, networkInterfaces } from 'node:os';
import { expect, it } from 'vitest';
import { directLoopback } from '../../local/direct-loopback.ts';
import { leadsHere } from '../../local/own-address.ts';

const addresses = Object.values(networkInterfaces()).flatMap((each = []) =>
  each.map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address)),
);
const names = ['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', '127.0.0.1', '127.1', '127.9.9.9', '0.0.0.0'];
const here = [...names, '[::1]', '[::]', '[::ffff:127.0.0.1]', '2130706433', hostname(), ...addresses];

it.each(here.filter((name) => !name.includes('%')))(
  'http://%s is this machine, at the same port alone',
  async (name) => {
    expect(await leadsHere(`http://${name}:3000/`, 3000)).toBe(true);
    expect(await leadsHere(`http://${name}:3001/`, 3000)).toBe(false);
  },
);

it('a port that is not written is that of the scheme', async () => {
  expect(await leadsHere('http://localhost', 80)).toBe(true);
  expect(await leadsHere('https://localhost/v1', 443)).toBe(true);
  expect(await leadsHere('https://localhost', 80)).toBe(false);
});

it.each(['http://203.0.113.7:3000', 'http://[2001:db8::7]:3000', 'http://no-such-host.invalid:3000'])(
  '%s is another',
  async (url) => {
    expect(await leadsHere(url, 3000)).toBe(false);
  },
);

it('loopback addresses are asked past any proxy, besides what is already', () => {
  const { NO_PROXY, no_proxy: lower } = directLoopback({ NO_PROXY: 'a.example, localhost', no_proxy: 'b.example' });
  expect(NO_PROXY?.split(',').toSorted()).toEqual(
    ['127.0.0.1', '::1', '[::1]', 'a.example', 'b.example', 'localhost'].toSorted(),
  );
  expect(lower).toBe(NO_PROXY);
  expect(directLoopback({})['NO_PROXY']).toBe('localhost,127.0.0.1,::1,[::1]');
});
