import { charSet, has, isOpen, MORE, NO, type Reader } from '../reader.ts';

/** How far is read for the next line of a key. */
const MOST_CHARS = 128;
/** What may stand behind a line. */
const BEGINS = charSet('"\'`\\&\r\n ');

/** What stands between the lines of a key where each is a text of its own, or has something before it. */
const BETWEEN = [
  // Texts of a program, joined or in a list.
  /(?:\\n)?(["'`])[\s,+.\\]*\1/,
  // Of a comment, a list, a listing with numbers, a log.
  /\s*\n\s*(?:\/\/|-|\d{1,5}\s?[:|]?|\d{4}-\d\d-\d\dT\S+(?: \S+:)?)\s/,
  // Lines left out.
  /\s*\n\s*\[?(?:\.{3}|…)\]?\s*\n/,
  /&#10;/,
];
/** Longer than any word. */
const LONG = /[\w+/]{24}/;
/** Behind a part of the key also its end, or what is short right before that. */
const LINE = new RegExp(`${LONG.source}|-----END [A-Z ]+-----|[\\w+/](?=[^]*-----END )`);
const before = (line: RegExp) => BETWEEN.map(({ source }) => new RegExp(`^${source}\\s*(?:${line.source})`));
const FIRST = before(LONG);
const NEXT = before(LINE);

const endOfLine = (text: Reader, at: number, forms: readonly RegExp[]): number => {
  if (!has(BEGINS, text.code(at))) return NO;
  if (isOpen(text, at + MOST_CHARS)) return MORE;
  const rest = text.slice(at, at + MOST_CHARS);
  const [found] = forms.flatMap((form) => form.exec(rest) ?? []);
  return found === undefined ? NO : at + found.length;
};

/** Where the first line of a private key ends, or as much of it as shows that it is one, behind what stands between; `NO` or `MORE`. */
export const firstKeyLine = (text: Reader, at: number): number => endOfLine(text, at, FIRST);

/** The same of a further line. */
export const nextKeyLine = (text: Reader, at: number): number => endOfLine(text, at, NEXT);
