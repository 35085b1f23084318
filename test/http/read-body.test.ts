import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { checkedBy, readJson } from '../../lib/http/read-body.ts';

const schema = z.object({ pairs: z.record(z.string(), z.string()) });
const pairs = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`key${at}`, at]));

it.each([21, 50_000, 400_000])('a body with %d wrong fields is refused in a few words', (count) => {
  let refused: unknown;
  try {
    checkedBy(schema, { pairs: pairs(count) });
  } catch (error) {
    refused = error;
  }
  expect(refused).toMatchObject({ code: 'invalid-request' });
  if (count < 100_000) expect(refused).toMatchObject({ message: `The body has ${count} invalid fields; see errors.` });
  expect(JSON.stringify((refused as { issues: unknown }).issues).length).toBeLessThan(2_000);
});

it('what breaks in a schema is not blamed on the body', () => {
  const broken = z.string().check(
    z.refine(() => {
      throw new TypeError('broken');
    }),
  );
  expect(() => checkedBy(broken, 'x')).toThrow(TypeError);
});

it.each([
  ['{"task":', 'The body is not valid JSON: it ends too early, at line 1, column 9.'],
  ['{\n  "task": "canary",\n}', 'The body is not valid JSON at line 3, column 1.'],
  ['canary', 'The body is not valid JSON at line 1, column 1.'],
])('%j is refused with its place, and not quoted', (body, message) => {
  const event = { body, headers: {}, isBase64Encoded: false } as unknown as Parameters<typeof readJson>[0];
  expect(() => readJson(event)).toThrow(
    expect.objectContaining({ code: 'invalid-request', message, issues: [{ path: '', message: 'is not JSON' }] }),
  );
});
