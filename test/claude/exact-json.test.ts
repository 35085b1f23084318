import { expect, it } from 'vitest';
import { parseExactly } from '../../lib/claude/exact-json.ts';

it.each(['{"id":1234567890123456789}', '{"ratio":1.0,"tiny":1e-400,"list":[1E3,-0]}', '{"a":1,"b":"1.0","c":null}'])(
  '%s is written as it was read',
  (text) => {
    expect(JSON.stringify(parseExactly(text))).toBe(text);
  },
);
