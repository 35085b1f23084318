/** What a person would have to fill in, or has left out. */
const FILL_INS = ['x{6}', '\\*{3}', 'your', 'example_', 'changeme', 'placeholder', 'redacted'];

/** The same, and what a person types who has nothing to say. */
export const PLACEHOLDERS: readonly string[] = [...FILL_INS, 'abcdefghij', 'qwertyui'];

const MIN_CHARS = 16;
const MIN_PART_CHARS = 8;

/** Letters and digits that take turns, with more than one digit: `3fa9c0` and not `v2` or `2026-11-29`. */
const isMixed = (part: string): boolean => {
  let [digits, turns] = [0, 0];
  for (let i = 0; i < part.length; i += 1) {
    const isDigit = part.charCodeAt(i) <= 57;
    if (isDigit) digits += 1;
    if (i > 0 && isDigit !== part.charCodeAt(i - 1) <= 57) turns += 1;
  }
  return digits >= 2 && turns >= 2;
};

const HEX = /^(?=.*[0-9])(?=.*[a-f])[0-9a-f]+$/i;

const KINDS = [/[a-z]/, /[A-Z]/, /[0-9]/];
const kindOf = (char: string): number => KINDS.findIndex((kind) => kind.test(char));
const MIN_DENSE_CHARS = 20;

/** Capitals, small letters and digits that change at least at each third character, as they do in base64 and not in `camelCase`. */
const takesTurns = (value: string): boolean => {
  if (!KINDS.every((kind) => kind.test(value))) return false;
  const kinds = Array.from(value, kindOf);
  return 3 * kinds.filter((kind, i) => i > 0 && kind !== kinds[i - 1]).length > value.length;
};

/** As a key in base64 looks, and neither a hash nor a UUID. */
export const isDense = (value: string): boolean => value.length >= MIN_DENSE_CHARS && takesTurns(value);

const SIGNS = /[!#$%&*@^?]/g;
const PARTS = /[.!#$%&*@^?]/;

/** With different signs between them, as in what a password manager makes. */
const isPassword = (value: string): boolean => new Set(value.match(SIGNS)).size >= 2 && takesTurns(value);

const MIN_PASSWORD_CHARS = 8;

/** Whether a value of whatever length looks like a password of a machine: each second character is of another kind, as in no word. */
export const looksGenerated = (value: string): boolean => {
  if (value.length < MIN_PASSWORD_CHARS || !KINDS.every((kind) => kind.test(value))) return false;
  const kinds = Array.from(value, kindOf);
  return 2 * kinds.filter((kind, i) => i > 0 && kind !== kinds[i - 1]).length > value.length;
};

const MIN_LETTERS = 20;
const CONSONANTS = /[bcdfghjklmnpqrstvwxz]{5}/i;

const MIN_WORDS = 3;

/** Words joined as `noAuthHttpOption` has them, most of which can be said. */
const isCamelCase = (part: string): boolean => {
  const words = part.match(/[A-Z]?[a-z]+|[A-Z]+/g) ?? [];
  const spoken = words.filter((word) => /[aeiouy]/i.test(word));
  return words.length >= MIN_WORDS && 4 * spoken.length >= 3 * words.length;
};

/** Letters alone that nobody could say, and no `camelCase` with an abbreviation in it. */
const isUnspeakable = (part: string): boolean => {
  if (part.length < MIN_LETTERS || !CONSONANTS.test(part) || isCamelCase(part)) return false;
  const changes = part.match(/[a-z](?=[A-Z])|[A-Z](?=[a-z])/g)?.length ?? 0;
  return changes === 0 || 3 * changes > part.length;
};

/**
 * Whether a value looks drawn at random rather than chosen by a person: letters and digits mixed within a part, not words and
 * numbers side by side, as names, paths and dates have them.
 */
export const createLooksRandom = (placeholders = PLACEHOLDERS): ((value: string) => boolean) => {
  const placeholder = new RegExp(placeholders.join('|'), 'i');
  return (value) => {
    if (value.length < MIN_CHARS || placeholder.test(value)) return false;
    const parts = value.split(/[^A-Za-z0-9]+/);
    return (
      HEX.test(value) ||
      isPassword(value) ||
      value.split(PARTS).some(isDense) ||
      parts.some(
        (part) => (part.length >= MIN_PART_CHARS && isMixed(part)) || (/^[a-z]+$/i.test(part) && isUnspeakable(part)),
      )
    );
  };
};

const MIN_WORD_CHARS = 4;

/** Words of code or of a sentence, joined: in a key drawn at random letters without digits do not run so far. */
export const isWords = (value: string): boolean => {
  const words = value.match(/[A-Z]?[a-z]+|[A-Z]+/g) ?? [];
  return !/\d/.test(value) && words.length >= MIN_WORDS && value.length >= MIN_WORD_CHARS * words.length;
};

/** Whether a value has words of those in it that stand for a secret. */
export const PLACEHOLDER = new RegExp(PLACEHOLDERS.join('|'), 'i');

/** Whether it has words of those that nobody takes for a key, whatever stands before them. */
export const FILL_IN = new RegExp(FILL_INS.join('|'), 'i');

export const looksRandom = createLooksRandom();

/** Of a contract or an account, which everybody may read. */
const ADDRESS = /^0x[0-9a-f]{40}$/i;

export const isRandom = (value: string): boolean => looksRandom(value) && !ADDRESS.test(value);
