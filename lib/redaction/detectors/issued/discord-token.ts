import { charSet, type Detector, has, literal, missing, type Reader, WORD } from '../../reader.ts';

/** Three digits of the account's id in base64: so it begins, and no word does. */
const ID = [charSet('MNO'), charSet('DTjz'), charSet('AEIMQUYcgk'), charSet('wxyz012345')];
/** An id of 17 to 20 digits, and when the token was made. */
const PARTS = [
  { least: 23, most: 27 },
  { least: 6, most: 6 },
];
const MIN_SIGNATURE_CHARS = 27;

/** A token of a bot of Discord: three parts in base64. */
export const discordToken: Detector = {
  label: 'TOKEN',
  starts: charSet('MNO'),
  find(text, at) {
    for (const [i, set] of ID.entries()) if (!has(set, text.code(at + i))) return missing(text, at + i);
    let from = at;
    for (const { least, most } of PARTS) {
      const end = text.run(WORD, from, most);
      if (end - from < least) return missing(text, end);
      const behind = literal(text, end, '.');
      if (behind < 0) return behind;
      from = behind;
    }
    const end = text.run(WORD, from, MIN_SIGNATURE_CHARS);
    return end - from < MIN_SIGNATURE_CHARS ? missing(text, end) : end;
  },
  more: (text: Reader, at) => text.run(WORD, at, Infinity),
};
