import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fingerprint } from '../../lib/idempotency/fingerprint.ts';

const of = (method: string, path: string, body: string | Uint8Array) =>
  fingerprint({ method, path, body: Buffer.from(body) });

it('is the SHA-256 of the three parts, each behind its length', () => {
  const expected = createHash('sha256').update('4:POST10:/agent/run6:Grüß').digest('hex');
  expect(of('POST', '/agent/run', 'Grüß')).toBe(expected);
});

it.each([
  ['a part that grows at the cost of the next', of('POST', '/a', 'b'), of('POST', '/ab', '')],
  ['a length that is part of the text', of('POST', '/a1:b', ''), of('POST', '/a', '1:b')],
  ['an empty part in another place', of('', 'POST', ''), of('POST', '', '')],
  ['bytes that are no UTF-8', of('POST', '/', Uint8Array.of(0xff)), of('POST', '/', Uint8Array.of(0xfe))],
])('tells %s apart', (_title, one, other) => {
  expect(one).not.toBe(other);
});

it('is the same for the same request and for no other', () => {
  const parts = fc.tuple(fc.string({ maxLength: 3 }), fc.string({ maxLength: 3 }), fc.string({ maxLength: 3 }));
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      const same = one.every((part, at) => part === other[at]);
      expect(of(...one) === of(...other)).toBe(same);
    }),
    { seed: 20261121 },
  );
});
