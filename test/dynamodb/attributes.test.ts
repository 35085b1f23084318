import { describe, expect, it } from 'vitest';
import {
  b,
  flag,
  keyOf,
  n,
  optional,
  readBigInt,
  readBytes,
  readFlag,
  readNumber,
  readString,
  readStrings,
  s,
  strings,
} from '../../lib/dynamodb/attributes.ts';

describe('the attribute codec', () => {
  it('reads back what it wrote', () => {
    const item = {
      ...keyOf({ pk: 'p', sk: 's' }),
      text: s('é'),
      number: n(1.5),
      money: n(2n ** 100n),
      bytes: b(new Uint8Array([0, 255])),
      yes: flag(true),
      no: flag(false),
      list: strings(['b', 'a', 'a']),
      none: strings([]),
    };
    expect([readString(item, 'pk'), readString(item, 'sk'), readString(item, 'text')]).toEqual(['p', 's', 'é']);
    expect([readNumber(item, 'number'), readBigInt(item, 'money')]).toEqual([1.5, 2n ** 100n]);
    expect(readBytes(item, 'bytes')).toEqual(new Uint8Array([0, 255]));
    expect([readFlag(item, 'yes'), readFlag(item, 'no')]).toEqual([true, false]);
    expect([readStrings(item, 'list'), readStrings(item, 'none')]).toEqual([['b', 'a', 'a'], []]);
  });

  it('says which attribute is missing or of another type, as an internal error', () => {
    const item = { number: n(1), list: { L: [n(1)] } };
    const message = (name: string) => `A stored item lacks a readable ${name}.`;
    expect(() => readString(item, 'number')).toThrow(
      expect.objectContaining({ code: 'internal', message: message('number') }),
    );
    expect(() => readNumber(item, 'gone')).toThrow(message('gone'));
    expect(() => readStrings(item, 'list')).toThrow(message('list'));
  });

  it('takes an attribute that may be missing for null, but not one of another type', () => {
    expect(optional({}, 'user', readString)).toBeNull();
    expect(optional({ user: s('u') }, 'user', readString)).toBe('u');
    expect(() => optional({ user: n(1) }, 'user', readString)).toThrow('user');
  });
});
