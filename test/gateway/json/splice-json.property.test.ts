import fc from 'fast-check';
import { expect, it } from 'vitest';
import { spliceMembers } from '../../../lib/gateway/json/splice-json.ts';

const RUNS = { seed: 6, numRuns: 2_000 };

type Members = Record<string, unknown>;

const blank = fc.constantFrom('', ' ', '\n  ', '\t\r\n');
const KEYS = ['model', 'stream', 'max_tokens', '__proto__', 'a"b', 'b\\', '船', '', '0'];
/** A text in JSON in one of the ways in which it can be written. */
const written = (text: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.boolean()).map(([value, escaped]) => {
    const json = JSON.stringify(value);
    return escaped
      ? json.replace(/[a-z船]/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
      : json;
  });
const safeText = fc.oneof(fc.string(), fc.constantFrom('"', '\\', '\\"', '}{][,:', '", "model": "x', '\\\\', '\u2028'));
const plain = fc.oneof(
  safeText.map((text) => JSON.stringify(text)),
  fc.constantFrom(
    '1.0',
    '1e3',
    '-0',
    '12345678901234567890',
    'true',
    'false',
    'null',
    '"\\/"',
    '"\\u0041"',
    '[]',
    '{ }',
  ),
);
const nested = fc.oneof(
  { weight: 3, arbitrary: plain },
  { weight: 1, arbitrary: fc.json() },
  {
    weight: 1,
    arbitrary: fc.tuple(blank, fc.array(plain)).map(([space, values]) => `[${space}${values.join(`${space},`)}]`),
  },
);
const member = fc
  .tuple(blank, written(fc.constantFrom(...KEYS.filter((key) => !key.includes('\\')))), blank, blank, nested, blank)
  .map(([a, key, b, c, value, d]) => `${a}${key}${b}:${c}${value}${d}`);
const objectText = fc
  .tuple(blank, fc.array(member, { maxLength: 8 }), blank, blank)
  .map(([a, members, b, c]) => `${a}{${members.join(',')}${b}}${c}`);

const edit = fc.tuple(fc.constantFrom(...KEYS), fc.option(fc.jsonValue(), { nil: undefined }));
/** Without an edit's key ever naming a prototype instead of a member. */
const edited = (before: Members, edits: readonly (readonly [string, unknown])[]): Members => {
  const members = new Map(Object.entries(before));
  for (const [key, value] of edits) {
    if (value === undefined) members.delete(key);
    else members.set(key, value);
  }
  return Object.fromEntries(members);
};
const sorted = (members: Members) => Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1));
const parse = (json: string) => JSON.parse(json) as Members;

it('the result says what was wanted, whatever was sent and whatever changed', () => {
  fc.assert(
    fc.property(objectText, fc.array(edit, { maxLength: 5 }), (raw, edits) => {
      const before = parse(raw);
      const after = edited(before, edits);
      // JSON has one zero, so what is compared is what JSON makes of both.
      const wanted = parse(JSON.stringify(after));
      expect(JSON.stringify(sorted(parse(spliceMembers(raw, before, after))))).toBe(JSON.stringify(sorted(wanted)));
    }),
    RUNS,
  );
});

it('what did not change stays byte for byte', () => {
  fc.assert(
    fc.property(objectText, (raw) => {
      const before = parse(raw);
      expect(spliceMembers(raw, before, { ...before })).toBe(raw);
    }),
    RUNS,
  );
});

it('around the one member that changed, every byte stays', () => {
  let changed = 0;
  fc.assert(
    fc.property(fc.array(member), fc.array(member), blank, (ahead, behind, space) => {
      const raw = `{${[...ahead, `${space}"only"${space}:${space}1`, ...behind].join(',')}}`;
      const before = parse(raw);
      const put = spliceMembers(raw, before, { ...before, only: [2] });
      expect(put).toBe(raw.replace(`"only"${space}:${space}1`, () => `"only"${space}:${space}[2]`));
      if (ahead.length + behind.length > 0) changed += 1;
    }),
    RUNS,
  );
  expect(changed).toBeGreaterThan(RUNS.numRuns / 2);
});

it('an edit that is undone gives the bytes back', () => {
  fc.assert(
    fc.property(objectText, (raw) => {
      const before = parse(raw);
      const put = spliceMembers(raw, before, { ...before, added: 1 });
      const again = parse(put);
      expect(spliceMembers(put, again, edited(again, [['added', undefined]]))).toBe(raw);
    }),
    RUNS,
  );
});
