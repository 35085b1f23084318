import { expect, it } from 'vitest';
import { spliceMembers } from '../../../lib/gateway/json/splice-json.ts';

type Members = Record<string, unknown>;

/** Splices with what `change` makes of the parsed members. */
const splice = (raw: string, change: (members: Members) => Members): string => {
  const before = JSON.parse(raw) as Members;
  return spliceMembers(raw, before, change(before));
};
const without =
  (...names: readonly string[]) =>
  (members: Members) =>
    Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)));

it('keeps spacing, escapes, order and numbers of all that is not edited', () => {
  const raw = '\n{ "temperature" : 1.0,\n  "model":"a" ,"big":12345678901234567890,\t"x":"\\u00e9\\/" }\n';
  expect(splice(raw, (members) => ({ ...members, model: 'b"' }))).toBe(
    '\n{ "temperature" : 1.0,\n  "model":"b\\"" ,"big":12345678901234567890,\t"x":"\\u00e9\\/" }\n',
  );
});

it.each([
  ['the first', ['a'], '{ "b": 2 , "c": 3 }'],
  ['one in the middle', ['b'], '{ "a": 1 , "c": 3 }'],
  ['the last', ['c'], '{ "a": 1, "b": 2 }'],
  ['the first two', ['a', 'b'], '{ "c": 3 }'],
  ['the last two', ['b', 'c'], '{ "a": 1 }'],
  ['all', ['a', 'b', 'c'], '{  }'],
])('cuts %s with one comma', (_title, names, result) => {
  expect(splice('{ "a": 1, "b": 2 , "c": 3 }', without(...names))).toBe(result);
});

it.each([
  ['after others', '{ "a": 1 }', '{ "a": 1,"stream":true }'],
  ['to an empty object', '{}', '{"stream":true}'],
])('appends %s', (_title, raw, result) => {
  expect(splice(raw, (members) => ({ ...members, stream: true }))).toBe(result);
});

it('appends where all others were cut', () => {
  expect(splice('{ "a": 1 }', () => ({ b: 2 }))).toBe('{ "b":2 }');
});

it('edits the last of two members of one key and cuts the earlier one, however their keys are written', () => {
  const raw = '{"model":"first","x":1,"x":2,"mod\\u0065l":"last"}';
  expect(splice(raw, (members) => ({ ...members, model: 'new' }))).toBe('{"x":1,"x":2,"mod\\u0065l":"new"}');
  expect(splice(raw, without('model'))).toBe('{"x":1,"x":2}');
});

it('is not misled by what strings and nested values contain', () => {
  const raw = '{"s":"\\\\\\",\\"model\\":1}","n":[{"model":"]}"},[[]]],"model":"a"}';
  expect(splice(raw, (members) => ({ ...members, model: 'b' }))).toBe(raw.replace('"model":"a"', '"model":"b"'));
});

it('takes a member that is undefined for one that is gone', () => {
  expect(splice('{"a":1,"b":2}', (members) => ({ ...members, b: undefined }))).toBe('{"a":1}');
});

it('compares by reference: an equal value that is another object is written anew', () => {
  const raw = '{"messages":[ 1.0 ],"model":"a"}';
  expect(splice(raw, (members) => ({ ...members }))).toBe(raw);
  expect(splice(raw, (members) => ({ ...members, messages: [1] }))).toBe('{"messages":[1],"model":"a"}');
});

// What is not linear takes minutes here, and so runs into the limit of every test.
it.each([
  ['of one string', `["${'A'.repeat(4_000_000)}"]`],
  ['of escapes', JSON.stringify('\\"'.repeat(1_000_000))],
  ['of backslashes', JSON.stringify('\\'.repeat(2_000_000))],
  ['of brackets', '['.repeat(2_000) + ']'.repeat(2_000)],
  ['of short strings', `[${'"x",'.repeat(1_000_000)}"x"]`],
])('passes over four megabytes %s', (_title, value) => {
  const raw = `{"messages":${value},"model":"a"}`;
  expect(splice(raw, (members) => ({ ...members, model: 'b' })) === `{"messages":${value},"model":"b"}`).toBe(true);
});
