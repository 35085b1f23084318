import { expect, it } from 'vitest';
import { queryString } from '../../../lib/providers/anthropic/anthropic-client.ts';

it.each([
  [{}, ''],
  [{ a: '1' }, 'a=1'],
  [{ a: ['2', '1', '2'], b: [''], c: [] }, 'a=2&a=1&a=2&b='],
  [{ 'ü[]': 'x y&z=1+1' }, '%C3%BC%5B%5D=x%20y%26z%3D1%2B1'],
])('%j is written as %j', (query, text) => {
  expect(queryString(query)).toBe(text);
});
