import { describe, expect, it } from 'vitest';
import type { EndpointOptions } from '../../../lib/agent/define/endpoint.ts';
import { bearer, defineTool, secretHeader, z } from '../../../lib/index.ts';

const options = {
  name: 'order_status',
  description: 'Tells how far an order is.',
  input: z.strictObject({}),
  run: () => 'done',
};
const SHOP = { shop: { description: 'API key of the shop' } };

describe('the secrets of a tool', () => {
  it('are named by its endpoints', () => {
    const endpoints = { shop: { url: 'https://shop.example.com', authorization: bearer('shop') } };
    expect(defineTool({ ...options, secrets: SHOP, endpoints })).toMatchObject({
      secrets: SHOP,
      endpoints: { shop: { authorization: bearer('shop') } },
    });
  });

  it.each<[string, Record<string, { description: string }>, Record<string, EndpointOptions>, string]>([
    [
      'a name that no variable could have',
      { 'Shop Key': { description: '' } },
      {},
      'order_status: the secret Shop Key',
    ],
    ['a name that is too long', { [`a${'b'.repeat(40)}`]: { description: '' } }, {}, 'a name of 1 to 40'],
    [
      'an endpoint that needs one the tool does not declare',
      SHOP,
      { shop: { url: 'https://shop.example.com', authorization: bearer('store') } },
      'the endpoint shop needs store: add it to secrets',
    ],
  ])('are refused with %s', (_title, secrets, endpoints, message) => {
    expect(() => defineTool({ ...options, secrets, endpoints })).toThrow(message);
  });

  it('are sent over https, or to this machine, alone', () => {
    const to = (url: string) =>
      defineTool({ ...options, secrets: SHOP, endpoints: { shop: { url, authorization: bearer('shop') } } });
    expect(() => to('http://shop.example.com')).toThrow(
      'order_status: the endpoint shop needs https, or http on this machine',
    );
    expect(to('http://localhost:8080').endpoints['shop']?.urls.default).toBe('http://localhost:8080');
  });

  it('go into no header that HTTP does not have', () => {
    expect(() => secretHeader('X Api: Key', 'shop')).toThrow('A header has a name');
  });
});
