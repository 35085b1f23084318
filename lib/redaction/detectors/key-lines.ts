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
/** Longer than any word, the end, or what is short right before the end. */
const LINE = /[\w+/]{24}|-----END [A-Z ]+-----|[\w+/](?=[^]*-----END )/;
const NEXT = BETWEEN.map(({ source }) => new RegExp(`^${source}\\s*(?:${LINE.source})`));

/** Where the next line of a private key ends, or as much of it as shows that it is one, behind what stands between; `NO` or `MORE`. */
export const nextKeyLine = (text: Reader, at: number): number => {
  if (!has(BEGINS, text.code(at))) return NO;
  if (isOpen(text, at + MOST_CHARS)) return MORE;
  const rest = text.slice(at, at + MOST_CHARS);
  const [found] = NEXT.flatMap((form) => form.exec(rest) ?? []);
  return found === undefined ? NO : at + found.length;
};
