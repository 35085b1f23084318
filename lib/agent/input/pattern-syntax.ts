/** A character, as `folded` writes it. */
export type CharTest = (char: string) => boolean;

/** What a pattern is made of. */
export type Node =
  | { readonly kind: 'char'; readonly is: CharTest }
  | { readonly kind: 'sequence'; readonly of: readonly Node[] }
  | { readonly kind: 'choice'; readonly of: readonly Node[] }
  | { readonly kind: 'repeat'; readonly of: Node; readonly least: number; readonly most: number | null };

/** A pattern that cannot be read: why, continuing its name. */
export class PatternError extends Error {}

/** Without case. A sigma has two small letters, by where it stands. */
const lower = (text: string): string => text.toLowerCase().replaceAll('ς', 'σ');

/** As texts and patterns are compared: without case, compatible forms and what is not seen, such as zero-width characters. */
export const folded = (text: string): string => lower(text.normalize('NFKC').replaceAll(/\p{Cf}/gu, ''));

export const MAX_PATTERN_CHARS = 500;
const MAX_REPEATS = 100;

const CLASSES: Readonly<Record<string, CharTest>> = {
  d: (char) => /^\p{Nd}$/u.test(char),
  w: (char) => /^[\p{L}\p{N}_]$/u.test(char),
  s: (char) => /^\s$/.test(char),
};

const not =
  (test: CharTest): CharTest =>
  (char) =>
    !test(char);

const classOf = (letter: string): CharTest | null => {
  const test = CLASSES[letter.toLowerCase()];
  if (test === undefined) return null;
  return letter === letter.toLowerCase() ? test : not(test);
};

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
const GONE = 'look-around, back-references and \\b are no part of a pattern.';

/** Reads a pattern: characters, `.`, classes, groups, `|`, `?`, `*`, `+`, `{m,n}`. Throws a PatternError. */
export const parsePattern = (source: string): Node => {
  const chars = [...source.normalize('NFKC')];
  let at = 0;
  const fail = (why: string): never => {
    throw new PatternError(`${why} It is at character ${at + 1} of ${source}.`);
  };
  const taken = (char: string): boolean => {
    if (chars[at] !== char) return false;
    at += 1;
    return true;
  };
  const literal = (char: string): CharTest => {
    const own = lower(char);
    return (other) => other === own;
  };

  /** Behind a backslash: a class, or a character that would mean something else. */
  const escaped = (): CharTest | string => {
    const char = chars[at];
    if (char === undefined) return fail('ends with a backslash.');
    at += 1;
    const test = classOf(char);
    if (test !== null) return test;
    if (/[A-Za-z0-9]/.test(char) && ESCAPES[char] === undefined) return fail(`has \\${char}: ${GONE}`);
    return ESCAPES[char] ?? char;
  };

  const charClass = (): CharTest => {
    const isNegated = taken('^');
    const tests: CharTest[] = [];
    while (!taken(']')) {
      const char = chars[at];
      if (char === undefined) return fail('has a [ without its ].');
      at += 1;
      const from = char === '\\' ? escaped() : char;
      if (typeof from === 'string' && chars[at] === '-' && chars[at + 1] !== ']') {
        at += 1;
        const to = chars[at] ?? '';
        at += 1;
        const [low, high] = [lower(from), lower(to)];
        if (to === '\\' || low > high) return fail('has a range that is none.');
        tests.push((other) => other >= low && other <= high);
      } else tests.push(typeof from === 'string' ? literal(from) : from);
    }
    const any: CharTest = (char) => tests.some((test) => test(char));
    return isNegated ? not(any) : any;
  };

  const atom = (): Node => {
    const char = chars[at] ?? '';
    at += 1;
    if (char === '(') {
      if (taken('?') && !taken(':')) return fail(`has (?: ${GONE}`);
      const of = choice();
      return taken(')') ? of : fail('has a ( without its ).');
    }
    if (char === '[') return { kind: 'char', is: charClass() };
    if (char === '.') return { kind: 'char', is: (other) => other !== '\n' };
    if ('?*+{'.includes(char)) return fail(`repeats nothing: write \\${char} for the character.`);
    if (char === '^' || char === '$')
      return fail(`has ${char}: a pattern is looked for anywhere, write \\${char} for the character.`);
    const own = char === '\\' ? escaped() : char;
    return { kind: 'char', is: typeof own === 'string' ? literal(own) : own };
  };

  const bounds = (): readonly [least: number, most: number | null] => {
    const [whole, least = '', comma, most = ''] =
      /^(\d{1,4})(,?)(\d{0,4})\}/.exec(chars.slice(at, at + 10).join('')) ?? [];
    if (whole === undefined) return fail('has a { that is no {m}, {m,} or {m,n}: write \\{ for the character.');
    at += whole.length;
    const from = Number(least);
    const to = comma === '' ? from : most === '' ? null : Number(most);
    return Math.max(from, to ?? 0) > MAX_REPEATS || (to !== null && to < from)
      ? fail(`repeats 0 to ${MAX_REPEATS} times at most.`)
      : [from, to];
  };

  const repeated = (): Node => {
    let node = atom();
    for (;;) {
      if (taken('?')) node = { kind: 'repeat', of: node, least: 0, most: 1 };
      else if (taken('*')) node = { kind: 'repeat', of: node, least: 0, most: null };
      else if (taken('+')) node = { kind: 'repeat', of: node, least: 1, most: null };
      else if (taken('{')) {
        const [least, most] = bounds();
        node = { kind: 'repeat', of: node, least, most };
      } else return node;
    }
  };

  const sequence = (): Node => {
    const of: Node[] = [];
    while (at < chars.length && chars[at] !== '|' && chars[at] !== ')') of.push(repeated());
    return { kind: 'sequence', of };
  };

  function choice(): Node {
    const of = [sequence()];
    while (taken('|')) of.push(sequence());
    return of.length === 1 ? (of[0] as Node) : { kind: 'choice', of };
  }

  if (chars.length === 0 || chars.length > MAX_PATTERN_CHARS) return fail(`has 1 to ${MAX_PATTERN_CHARS} characters.`);
  const whole = choice();
  return at === chars.length ? whole : fail('has a ) without its (.');
};
