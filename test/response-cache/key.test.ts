import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type CacheKey, cacheKey, type CacheParts, canonicalJson } from '../../lib/response-cache/key.ts';
import { size } from '../sizes.ts';
import { PARTS } from './parts.ts';

const ACME = { tenantId: 'acme', cacheVersion: 3 };
const KEY = cacheKey(ACME, PARTS);
const RUNS = { numRuns: size(300, 5_000), seed: 20261121 };

it("begins with its tenant's id and tells nothing else", () => {
  expect(KEY).toMatch(/^acme#[0-9a-f]{64}$/);
  expect(cacheKey({ ...ACME }, structuredClone(PARTS))).toBe(KEY);
});

it('cannot be made of text alone', () => {
  // @ts-expect-error: it takes a tenant to make a key.
  const key: CacheKey = 'acme#key';
  expect(key).not.toBe(KEY);
});

it.each<[string, Partial<CacheParts>]>([
  ['another agent', { agent: ['clerk', ...PARTS.agent.slice(1)] }],
  ['something more of the agent', { agent: [...PARTS.agent, { effort: 'low' }] }],
  ["a tool's description", { agent: [...PARTS.agent.slice(0, -1), [{ name: 'calculate', description: 'Works.' }]] }],
  ['the order of what its agent has', { agent: PARTS.agent.toReversed() }],
  ['the provider', { provider: 'simulated' }],
  ['the model', { model: 'claude-opus-5-5' }],
  ['no earlier turn', { messages: [] }],
  ['one turn more', { messages: [...PARTS.messages, { role: 'assistant', content: 'Hello' }] }],
  ['who said a turn', { messages: [{ role: 'assistant', content: 'Hello' }] }],
  ['white space inside the task', { task: 'What is 2 +  2?' }],
  ['its case', { task: 'what is 2 + 2?' }],
  ['a compatible, other character', { task: 'What is ２ + 2?' }],
  ['half of a surrogate pair', { task: '\ud800' }],
  ['the other half', { task: '\udc00' }],
  ['a replacement character', { task: '\ufffd' }],
  ['the policy', { policyVersion: '2' }],
  ['an end user', { userId: 'u1' }],
  ['an end user named null', { userId: 'null' }],
])('is another for another question: %s', (_title, change) => {
  expect(cacheKey(ACME, { ...PARTS, ...change })).not.toBe(KEY);
});

it('keeps lone surrogates apart from each other and from what UTF-8 makes of them', () => {
  const keys = ['\ud800', '\ud801', '\udc00', '\ufffd'].map((task) => cacheKey(ACME, { ...PARTS, task }));
  expect(new Set(keys).size).toBe(keys.length);
});

it.each([
  ['white space around the task', { task: '\n\t What is 2 + 2?\u00a0 ' }],
  ['the order in which members were written', { messages: [{ content: 'Hello', role: 'user' }] }],
  ['a member that is not there', { messages: [{ role: 'user', content: 'Hello', name: undefined }] }],
])('is the same whatever %s', (_title, change) => {
  expect(cacheKey(ACME, { ...PARTS, ...change })).toBe(KEY);
});

it('is the same for both forms of an accented letter', () => {
  const [composed, decomposed] = ['Grüße', 'Gru\u0308ße'].map((task) => cacheKey(ACME, { ...PARTS, task }));
  expect(composed).toBe(decomposed);
});

it("is another for another tenant, and for another version of the tenant's cache, whatever is asked", () => {
  const tenant = fc.record({ tenantId: fc.stringMatching(/^[a-z0-9-]{1,12}$/), cacheVersion: fc.nat(100) });
  fc.assert(
    fc.property(tenant, tenant, fc.string(), (a, b, task) => {
      fc.pre(a.tenantId !== b.tenantId || a.cacheVersion !== b.cacheVersion);
      const [ofA, ofB] = [cacheKey(a, { ...PARTS, task }), cacheKey(b, { ...PARTS, task })];
      expect(ofA).not.toBe(ofB);
      expect(ofA.startsWith(`${a.tenantId}#`)).toBe(true);
    }),
    RUNS,
  );
});

it('is never one for two lists of parts, wherever one part ends and the next begins', () => {
  // Few, nasty characters, so that joined parts are often the same.
  const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '[', ']', '\\', '\u0000', '#'), maxLength: 3 });
  const parts = fc.record({
    agent: fc.array(fc.oneof(text, fc.constant(null), fc.nat(2)), { maxLength: 2 }),
    provider: text,
    model: text,
    messages: fc.array(text, { maxLength: 2 }),
    task: text,
    policyVersion: text,
    userId: fc.option(text),
  });
  const sameOrNot = fc
    .tuple(parts, parts, fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }))
    .map(([a, b, take]) => {
      const mixed = Object.entries(a).map(([name, value], at) => [name, take[at] ? b[name as keyof typeof b] : value]);
      return [a, Object.fromEntries(mixed) as typeof a] as const;
    });
  fc.assert(
    fc.property(sameOrNot, ([a, b]) => {
      const equal = JSON.stringify(a) === JSON.stringify(b);
      expect(cacheKey(ACME, a) === cacheKey(ACME, b)).toBe(equal);
    }),
    RUNS,
  );
});

it('has one text for each JSON value, which is JSON of that value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    RUNS,
  );
  expect(canonicalJson({ b: 1, a: { d: 2, c: undefined }, 10: 0, 9: 0 })).toBe('{"10":0,"9":0,"a":{"d":2},"b":1}');
});

it.each([Number.NaN, Infinity, 1n, undefined, () => 1, Symbol('s')])('refuses what is no JSON: %s', (value) => {
  expect(() => canonicalJson([value])).toThrow(TypeError);
});
