import { BASE64, charSet, type Detector, has, isOpen, literal, missing, MORE, NO, type Reader } from '../reader.ts';
import { firstKeyLine, nextKeyLine } from './key-lines.ts';

const BEGIN = '-----BEGIN ';
const END = '-----END ';
const DASHES = '-----';
const TITLE = charSet('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ');
const IS_PRIVATE = /^(?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?$/;
const MAX_TITLE_CHARS = 48;

/** Of a key's body behind its first line: enough not to be a word of a sentence. */
const MIN_BODY_CHARS = 16;
/** Behind an empty line: more than any word has. */
const MIN_LINE_CHARS = 40;
/** Longest line of headers (RFC 1421, RFC 9580); longest way from one line to the next. */
const MAX_HEADER_CHARS = 160;
const MAX_BREAK_CHARS = 96;
/** As many as JSON in JSON in JSON writes before the letter of a line break. */
const MAX_BACKSLASHES = 4;

const BODY = charSet('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=');
/** Also the sign of a quotation, of a table, of a comment or a list. */
const BREAK = charSet('\n\r\t >|#*');
const TAGS: readonly string[] = ['<br>', '<br/>', '<br />', '<BR>'];
const BLANK = charSet('\t ');
const NEWLINE = charSet('\n');
/** What a line break begins with that may be a written one. */
const ANY_BREAK = charSet('\n\r\\<');
const BACKSLASHES = charSet('\\');
const LETTERS = charSet('nrt');
const NAME = charSet('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-');
const HEADERS = new Set(['Proc-Type', 'DEK-Info', 'Version', 'Comment', 'Hash', 'Charset', 'MessageID']);
const [BACKSLASH, COLON, DASH, LESS] = [92, 58, 45, 60];

/** The end of the line breaks from `at` on, as they are or as they are written in JSON; or `MORE`. */
const breakEnd = (text: Reader, at: number): number => {
  let end = at;
  while (end - at < MAX_BREAK_CHARS) {
    if (has(BREAK, text.code(end))) end += 1;
    else if (text.code(end) === LESS) {
      const tags = TAGS.map((tag) => literal(text, end, tag));
      const behind = Math.max(...tags);
      if (behind < 0) return tags.includes(MORE) ? MORE : end;
      end = behind;
    } else if (text.code(end) !== BACKSLASH) return isOpen(text, end) ? MORE : end;
    else {
      const letter = text.run(BACKSLASHES, end, MAX_BACKSLASHES);
      if (isOpen(text, letter)) return MORE;
      if (!has(LETTERS, text.code(letter))) return end;
      end = letter + 1;
    }
  }
  return end;
};

/** Whether there is an empty line in what stands between two lines. */
const hasEmptyLine = (between: string): boolean =>
  (between.match(/[\nn]/g) ?? between.match(/[\rr]/g) ?? []).length > 1;

/** Behind a line such as `DEK-Info: …` that begins at `at`, its line break and the empty line that ends headers; or `NO`, or `MORE`. */
const headerEnd = (text: Reader, at: number): number => {
  const name = text.run(NAME, at, 12);
  if (text.code(name) !== COLON) return missing(text, name);
  if (!HEADERS.has(text.slice(at, name))) return NO;
  // Where it begins behind a line break as it is, it ends at one: another may be in what it says.
  const ends = has(NEWLINE, text.code(at - 1)) ? NEWLINE : ANY_BREAK;
  let end = name;
  while (end - at < MAX_HEADER_CHARS) {
    const line = has(ends, text.code(end)) ? breakEnd(text, end) : end;
    if (line !== end) return line;
    if (end >= text.end) return isOpen(text, end) ? MORE : end;
    end += 1;
  }
  return end;
};

/** The end of `-----END … -----` that begins at `at`; of as much of it as there is where the text ends within. */
const closingEnd = (text: Reader, at: number): number => {
  const title = literal(text, at, END);
  if (title < 0) return title;
  const end = text.run(TITLE, title, MAX_TITLE_CHARS);
  const closed = literal(text, end, DASHES);
  return closed === NO ? end : closed;
};

/** The end of `-----END … -----` behind the line breaks from `at` on; or `NO`, or `MORE`. */
const closingBehind = (text: Reader, at: number): number => {
  const line = breakEnd(text, at);
  return line < 0 ? line : closingEnd(text, line);
};

/** What comes behind the line breaks of a key: its last line, a header or more of its body. */
const nextLine = (text: Reader, at: number): number => {
  const closing = closingEnd(text, at);
  if (closing !== NO) return closing;
  const end = text.run(BODY, at, MIN_BODY_CHARS);
  if (end - at === MIN_BODY_CHARS) return end;
  const header = headerEnd(text, at);
  if (header !== NO) return header;
  // The last line is short: behind it the key ends, or a line does. Where there is none, the key was cut off.
  if (end === at) return NO;
  const blank = text.run(BLANK, end, MAX_BREAK_CHARS);
  if (isOpen(text, blank)) return MORE;
  const code = text.code(blank);
  return blank >= text.end || has(BREAK, code) || code === BACKSLASH || code === LESS ? end : NO;
};

/** What comes behind an empty line: the last line of a key, or a line too long for a word. Otherwise the key was cut off. */
const lineBehindEmpty = (text: Reader, at: number): number => {
  const closing = closingEnd(text, at);
  if (closing !== NO) return closing;
  const end = text.run(BODY, at, MIN_LINE_CHARS);
  if (end - at === MIN_LINE_CHARS) return end;
  return missing(text, end);
};

/** Where a key goes on, also behind what stands before each of its lines; `at` where it does not. */
const goneOn = (text: Reader, end: number, at: number): number => {
  const next = end === NO ? nextKeyLine(text, at) : end;
  return next === NO ? at : next;
};

/** The end of what shows that a key begins behind its first line. */
const beginningEnd = (text: Reader, opened: number): number => {
  const body = breakEnd(text, opened);
  if (body === MORE) return MORE;
  if (body === opened && !has(BASE64, text.code(body))) return NO;
  const end = text.run(BODY, body, MIN_BODY_CHARS);
  if (end - body === MIN_BODY_CHARS) return end;
  const closing = closingBehind(text, end);
  return end === body || closing === NO ? headerEnd(text, body) : closing;
};

/**
 * Private keys in PEM and in OpenPGP's armor (RFC 7468, RFC 1421, RFC 9580), also where their line breaks are written as `\n`. A
 * key is known by its first line and a little of its body, so it is never held back whole; one that is cut off is redacted too.
 */
export const privateKey: Detector = {
  label: 'PRIVATE_KEY',
  starts: charSet('-'),
  find(text, at) {
    const from = literal(text, at, BEGIN);
    if (from < 0) return from;
    const title = text.run(TITLE, from, MAX_TITLE_CHARS);
    const opened = literal(text, title, DASHES);
    if (opened < 0) return opened;
    if (!IS_PRIVATE.test(text.slice(from, title))) return NO;
    const end = beginningEnd(text, opened);
    return end === NO ? firstKeyLine(text, opened) : end;
  },
  more(text, at) {
    // Behind its last line.
    if (text.code(at - 1) === DASH) return at;
    // Behind a header a line begins.
    if (has(BREAK, text.code(at - 1)) || text.code(at - 2) === BACKSLASH) return goneOn(text, nextLine(text, at), at);
    const run = text.run(BODY, at, Infinity);
    if (run > at) return run;
    const line = breakEnd(text, at);
    if (line === MORE) return MORE;
    const isCut = hasEmptyLine(text.slice(at, line));
    return goneOn(text, isCut ? lineBehindEmpty(text, line) : nextLine(text, line), at);
  },
};
