import { charSet, type Detector, has, isOpen, literal, MORE, NO, type Reader, WORD } from '../reader.ts';

/** A token longer than this is not looked for: more is never held back. In characters. */
export const MAX_TOKEN_CHARS = 8_192;

const DOT = 46;
/** Of a signature, or of what stands for one; the shortest that is in use has 43 characters. */
const MIN_LAST_CHARS = 16;

/** Of claims without a signature, behind their `eyJ`. */
const MIN_CLAIMS_CHARS = 8;

/** How much of a header is decoded; less within a word, where so many could begin. In characters. */
const MAX_HEADER_CHARS = 1_024;
const MAX_INNER_HEADER_CHARS = 96;

/** What a header that ends at `end` says, as far as it is decoded. */
const headerOf = (text: Reader, at: number, end: number): string => {
  const most = has(WORD, text.code(at - 1)) ? MAX_INNER_HEADER_CHARS : MAX_HEADER_CHARS;
  return Buffer.from(text.slice(at, Math.min(end, at + most)), 'base64url').toString('latin1');
};

/** The ends of the parts from `at` on, up to `count`, the last of them as soon as it is long enough; or `NO`, or `MORE`. */
const partsFrom = (text: Reader, at: number, count: number): number[] | typeof NO | typeof MORE => {
  const ends: number[] = [];
  let from = at;
  while (true) {
    const isLast = ends.length === count - 1;
    const left = at + MAX_TOKEN_CHARS - from;
    const end = text.run(WORD, from, isLast ? Math.min(left, MIN_LAST_CHARS) : left);
    if (isLast && end - from === MIN_LAST_CHARS) return [...ends, end];
    if (isOpen(text, end)) return end - at < MAX_TOKEN_CHARS ? MORE : NO;
    if (isLast || text.code(end) !== DOT) return NO;
    ends.push(end);
    from = end + 1;
  }
};

/** The end of a token without a signature, whose header ends at `first`: its claims, and what goes on behind a dot; or `NO`, or `MORE`. */
const unsignedEnd = (text: Reader, at: number, first: number, header: string): number => {
  if (!header.includes('"alg"')) return NO;
  const claims = literal(text, first, '.eyJ');
  if (claims < 0) return claims;
  const end = text.run(WORD, claims, at + MAX_TOKEN_CHARS - claims);
  if (isOpen(text, end + 1)) return MORE;
  if (end - claims < MIN_CLAIMS_CHARS) return NO;
  // The dot may end a sentence, but where the token says that nothing follows it.
  const isPart = text.code(end) === DOT && (has(WORD, text.code(end + 1)) || header.includes('"none"'));
  return isPart ? end + 1 : end;
};

/** JSON Web Tokens: three parts, or five where they are encrypted (RFC 7515, RFC 7516); the first is a header that names its `alg`. Two where they are not signed. */
export const jwt: Detector = {
  label: 'TOKEN',
  starts: charSet('e'),
  find(text, at) {
    const begun = literal(text, at, 'eyJ');
    if (begun < 0) return begun;
    const signed = partsFrom(text, at, 3);
    if (signed === MORE) return MORE;
    const first = text.run(WORD, at, MAX_TOKEN_CHARS);
    const header = headerOf(text, at, first);
    if (header.includes('"enc"')) {
      const encrypted = partsFrom(text, at, 5);
      return typeof encrypted === 'number' ? encrypted : (encrypted[4] ?? NO);
    }
    if (signed === NO) return unsignedEnd(text, at, first, header);
    if (!(header.includes('"alg"') || text.slice(first + 1, first + 4) === 'eyJ')) return NO;
    return signed[2] ?? NO;
  },
  more: (text, at) => text.run(WORD, at, Infinity),
};
