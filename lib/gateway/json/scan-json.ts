const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const SPACE = 0x20;

/** Where one member of an object stands in its text; ends are exclusive. */
export interface Member {
  readonly key: string;
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
}

/** In JSON, whatever is not above the space and stands between tokens is white space. */
const skipBlank = (json: string, from: number): number => {
  let at = from;
  while (json.charCodeAt(at) <= SPACE) at += 1;
  return at;
};

/** The end of the string that begins at `from`. Long ones are searched natively, not a character at a time. */
export const skipString = (json: string, from: number): number => {
  for (let end = json.indexOf('"', from + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let escapes = end;
    while (json.charCodeAt(escapes - 1) === BACKSLASH) escapes -= 1;
    if ((end - escapes) % 2 === 0) return end + 1;
  }
  return json.length;
};

/** The end of the value that begins at `from`, whatever is nested in it. */
const skipValue = (json: string, from: number): number => {
  let depth = 0;
  let at = from;
  while (at < json.length) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) {
      at = skipString(json, at);
      if (depth === 0) return at;
      continue;
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      // The end of a number or a word is told by what follows it, which may close the object around.
      if (depth === 0) return at;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && (code === COMMA || code <= SPACE)) return at;
    at += 1;
  }
  return at;
};

/** The texts of the elements of the list that `json` is, in their order; else as `membersOf`. */
export const elementTexts = (json: string): string[] => {
  const elements: string[] = [];
  let at = skipBlank(json, skipBlank(json, 0) + 1);
  while (at < json.length && json.charCodeAt(at) !== CLOSE_BRACKET) {
    const end = skipValue(json, at);
    elements.push(json.slice(at, end));
    at = skipBlank(json, end);
    if (json.charCodeAt(at) === COMMA) at = skipBlank(json, at + 1);
  }
  return elements;
};

/**
 * The members of the object that `json` is, in their order, each key as often as it stands there. One pass, linear in
 * its length.
 * Only of what `JSON.parse` takes: of anything else the result means nothing.
 */
export const membersOf = (json: string): Member[] => {
  const members: Member[] = [];
  let at = skipBlank(json, skipBlank(json, 0) + 1);
  while (json.charCodeAt(at) === QUOTE) {
    const start = at;
    const keyEnd = skipString(json, start);
    const key = JSON.parse(json.slice(start, keyEnd)) as string;
    const valueStart = skipBlank(json, skipBlank(json, keyEnd) + 1);
    const end = skipValue(json, valueStart);
    members.push({ key, start, valueStart, end });
    at = skipBlank(json, end);
    if (json.charCodeAt(at) === COMMA) at = skipBlank(json, at + 1);
  }
  return members;
};
