const WHITE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Where a match of a sticky expression ends; `at` where there is none. */
const endOf = (expression: RegExp, text: string, at: number): number => {
  expression.lastIndex = at;
  return expression.test(text) ? expression.lastIndex : at;
};

/** Where a string that begins at `at` ends, and whether it does: otherwise where it is wrong. */
const endOfString = (text: string, at: number): { readonly at: number; readonly whole: boolean } => {
  let next = at + 1;
  while (next < text.length) {
    const sign = text.charAt(next);
    if (sign === '"') return { at: next + 1, whole: true };
    if (sign < ' ') break;
    const after = sign === '\\' ? endOf(ESCAPE, text, next) : next + 1;
    if (after === next) break;
    next = after;
  }
  return { at: next, whole: false };
};

type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'comma or end';

/**
 * Where a text stops being JSON, by its offset; its length where it ends too early. `null`: it is JSON. Linear, and
 * without a call for each level. `JSON.parse` does not say where in every case, and quotes the text.
 */
export const jsonErrorAt = (text: string): number | null => {
  const open: string[] = [];
  let expected: Expected = 'value';
  let at = 0;
  for (;;) {
    at = endOf(WHITE, text, at);
    const sign = text[at];
    if (sign === undefined) return expected === 'comma or end' && open.length === 0 ? null : at;
    const ends = (expected === 'value or ]' && sign === ']') || (expected === 'name or }' && sign === '}');
    if (ends || (expected === 'comma or end' && sign === open.at(-1))) {
      open.pop();
      expected = 'comma or end';
      at += 1;
    } else if (expected === 'colon' || expected === 'comma or end') {
      if (sign !== (expected === 'colon' ? ':' : ',') || (expected !== 'colon' && open.length === 0)) return at;
      expected = expected === 'comma or end' && open.at(-1) === '}' ? 'name' : 'value';
      at += 1;
    } else if (sign === '"') {
      const string = endOfString(text, at);
      if (!string.whole) return string.at;
      at = string.at;
      expected = expected.startsWith('name') ? 'colon' : 'comma or end';
    } else if (expected.startsWith('name')) return at;
    else if (sign === '{' || sign === '[') {
      open.push(sign === '{' ? '}' : ']');
      expected = sign === '{' ? 'name or }' : 'value or ]';
      at += 1;
    } else {
      const end = Math.max(endOf(NUMBER, text, at), endOf(WORD, text, at));
      if (end === at) return at;
      at = end;
      expected = 'comma or end';
    }
  }
};

/** Line and column of an offset, both from 1; the column in UTF-16 units, as editors count it. */
export const placeOf = (text: string, offset: number): { readonly line: number; readonly column: number } => {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
};
