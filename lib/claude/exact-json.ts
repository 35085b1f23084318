interface ExactJson {
  parse(text: string, revive: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown;
  rawJSON(text: string): unknown;
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
