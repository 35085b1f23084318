import { expect, it } from 'vitest';
import { missed, published, touched } from './published/measure-published.ts';

it('there are examples of each class, and of look-alikes, each with who printed it', () => {
  expect(published.secrets.length).toBeGreaterThan(60);
  expect(published.lookAlikes.flatMap(({ texts }) => texts).length).toBeGreaterThan(90);
  for (const { source } of [...published.secrets, ...published.lookAlikes]) expect(source).toMatch(/\w{3}/);
});

it('what standards and issuers print as secrets is replaced, but for a token that is shorter than any is taken for one', () => {
  expect(missed()).toEqual(['RFC 6750, 2.1']);
});

it('what they print of something else stays as it is', () => {
  expect(touched()).toEqual([]);
});
