import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { MAX_SMALL_BODY_BYTES, readSmallBody } from '../../lib/http/read-small-body.ts';
import { adminOnFakes } from '../functions/admin-parts.ts';
import { httpEvent } from '../functions/invoke.ts';

const schema = z.object({ name: z.string() });
/** `{"name":"…"}` of so many bytes in all. */
const bodyOf = (bytes: number, letter = 'a') => {
  const room = bytes - '{"name":""}'.length;
  return `{"name":"${letter.repeat(room / Buffer.byteLength(letter))}"}`;
};

describe('a body at a route that needs no large one', () => {
  it.each([
    ['of the most bytes', bodyOf(MAX_SMALL_BODY_BYTES)],
    ['in base64 of the most bytes', Buffer.from(bodyOf(MAX_SMALL_BODY_BYTES)).toString('base64')],
  ])('%s is read', (_, body) => {
    const event = httpEvent({ body, isBase64Encoded: !body.startsWith('{') });
    expect(readSmallBody(event, schema).name).toHaveLength(MAX_SMALL_BODY_BYTES - '{"name":""}'.length);
  });

  it.each([
    ['one byte more', bodyOf(MAX_SMALL_BODY_BYTES + 1)],
    ['as many characters of two bytes', bodyOf(2 * MAX_SMALL_BODY_BYTES + 1, 'é')],
    ['what is no JSON besides', '['.repeat(MAX_SMALL_BODY_BYTES + 1)],
  ])('of %s is too large, whatever it holds', (_, body) => {
    expect(() => readSmallBody(httpEvent({ body }), schema)).toThrow(
      expect.objectContaining({
        code: 'payload-too-large',
        message: 'The body takes more than 1048576 bytes.',
      }) as Error,
    );
  });

  it.each([
    'PUT /admin/tenants/acme',
    'PATCH /admin/tenants/acme',
    'POST /admin/tenants/acme/keys',
    'PUT /admin/circuits/a/b',
  ])('is bounded at %s', async (route) => {
    const { ask } = adminOnFakes();
    await ask('PUT /admin/tenants/acme', {});
    const { status, body } = await ask(route, { name: 'a'.repeat(MAX_SMALL_BODY_BYTES) });
    expect([status, body]).toMatchObject([413, { code: 'payload-too-large', status: 413 }]);
  });
});
