import { expect, it } from 'vitest';
import { PROBLEMS } from '../../lib/http/response/problem.ts';
import { type ErrorCode } from '../../lib/kernel/errors.ts';
import { type Described, DOCUMENT, mismatches, resolved } from './document.ts';

type Content = Readonly<
  Record<string, { readonly schema: object; readonly examples?: Readonly<Record<string, { readonly value: unknown }>> }>
>;

const operations = Object.values(DOCUMENT.paths).flatMap((item) => Object.values(item));
const refused = operations.flatMap(({ operationId, responses }) =>
  Object.entries(responses)
    .filter(([, { $ref }]) => $ref?.startsWith('#/components/responses/'))
    .map(([status, response]) => ({
      title: `${operationId} ${status}`,
      status: Number(status),
      ...resolved<Described>(response),
    })),
);
const contents = refused.flatMap(({ title, status, description, content = {} }) =>
  Object.values(content as Content).map((given) => ({ title, status, description, ...given })),
);

it('each refusal of each operation has an example for each of its codes', () => {
  const codesOf = (description = '') => [...description.matchAll(/`([a-z-]+)`: /g)].map(([, code]) => code);
  const lacking = contents.filter(({ description, examples = {} }) => {
    const codes = codesOf(description);
    return codes.length === 0 ? Object.keys(examples).length === 0 : codes.join() !== Object.keys(examples).join();
  });
  expect(contents.length).toBeGreaterThan(200);
  expect(lacking.map(({ title }) => title)).toEqual([]);
});

it('each of them is as its schema says, and has its status', () => {
  const wrong = contents.flatMap(({ title, status, schema, examples = {} }) =>
    Object.entries(examples).flatMap(([code, { value }]) => [
      ...mismatches(schema as Readonly<Record<string, unknown>>, value).map((fault) => `${title} ${code}: ${fault}`),
      ...(((value as { status?: number }).status ?? status) === status ? [] : [`${title} ${code}: another status`]),
    ]),
  );
  expect(wrong).toEqual([]);
});

it('a code that no operation has is one that an asynchronous run alone ends with', () => {
  const shown = new Set(contents.flatMap(({ examples = {} }) => Object.keys(examples)));
  expect((Object.keys(PROBLEMS) as ErrorCode[]).filter((code) => !shown.has(code))).toEqual([
    'method-not-allowed',
    'worker-lost',
  ]);
});

it('an example that is not as its schema says is found', () => {
  const [{ schema } = { schema: {} }] = contents;
  expect(mismatches(schema as Readonly<Record<string, unknown>>, { code: 'none' })).not.toEqual([]);
});
