interface ExactJson {
  parse(text: string, revive: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown;
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): boolean;
}

/** Of ES2026: a number's own text while it is parsed, and a value that is written as that text again. */
const json = JSON as unknown as ExactJson;

/**
 * As `JSON.parse`, but that `JSON.stringify` writes every number as it stood there, whatever a number of JavaScript can
 * hold: what only passes through here (an id of 19 digits) is not ours to round. Throws a SyntaxError.
 */
export const parseExactly = (text: string): unknown =>
  json.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? json.rawJSON(source) : value,
  );

/**
 * What may be a number that JavaScript would write otherwise: of 16 digits or more, with a fraction or an exponent, or
 * -0.
 */
const INEXACT = /[:[,]\s*-?(?:\d+[.eE]|\d{16}|(?<=-)0)/;

/** Whether the text of an object or array may hold a number that `JSON.parse` rounds or rewords; `false` is certain. */
export const mayRound = (text: string): boolean => INEXACT.test(text);

/** Whether it is a number that `parseExactly` left in its own text: an object by type, and no copy of it is one. */
export const isExactNumber = (value: unknown): boolean => json.isRawJSON(value);
