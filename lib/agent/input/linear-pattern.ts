import { type CharTest, folded, type Node, parsePattern, PatternError } from './pattern-syntax.ts';

/** A place in a pattern: it is left by a character (`is`), or by nothing. */
interface Place {
  readonly is: CharTest | null;
  readonly to: number[];
}

/** Places of one pattern. More would take too long for each character. */
const MAX_PLACES = 1_000;
/** What is remembered of places that were reached together; then it is forgotten, and found out again. */
const MAX_REMEMBERED = 20_000;

/** The place that everything leads to. */
const END = 0;

/** Stands between two parts of a text, as no character can. */
const JOINT = '';

/** Places of which each leads to the next, and the first of them (Thompson's construction). */
const placesOf = (pattern: Node): readonly [places: readonly Place[], first: number] => {
  const places: Place[] = [{ is: null, to: [] }];
  const add = (is: CharTest | null, ...to: number[]): number => {
    if (places.push({ is, to }) > MAX_PLACES) throw new PatternError('is too large: repeat less.');
    return places.length - 1;
  };
  const before = (node: Node, next: number): number => {
    if (node.kind === 'char') return add(node.is, next);
    if (node.kind === 'sequence') return node.of.reduceRight((to, each) => before(each, to), next);
    if (node.kind === 'choice') return add(null, ...node.of.map((each) => before(each, next)));
    let start = next;
    if (node.most === null) {
      start = add(null, next);
      places[start]?.to.push(before(node.of, start));
    } else for (let more = node.least; more < node.most; more += 1) start = add(null, before(node.of, start), next);
    for (let again = 0; again < node.least; again += 1) start = before(node.of, start);
    return start;
  };
  const first = before(pattern, END);
  return [places, first];
};

/** Places that are reached together, and where each character leads from there. */
interface Reached {
  readonly places: readonly number[];
  readonly next: Map<string, Reached>;
}

/**
 * Tells whether a text holds what a pattern describes, wherever, in time that grows with the text alone. Between parts of a text that
 * stand side by side there may be nothing, a blank or a new line, whichever the pattern wants.
 */
export type LinearPattern = (text: string | readonly string[]) => boolean;

/**
 * A pattern as RE2 takes it: no look-around, no back-references, so no text makes it slow. Each character is looked at once, with all
 * places that the pattern may have reached (a lazy DFA). Throws a PatternError, also for what matches the empty text.
 */
export const linearPattern = (source: string): LinearPattern => {
  const [places, first] = placesOf(parsePattern(source));
  const closure = (from: readonly number[]): readonly number[] => {
    const found = new Set<number>();
    const open = [...from];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (found.has(place)) continue;
      found.add(place);
      const { is, to } = places[place] as Place;
      if (is === null) open.push(...to);
    }
    return [...found].sort((a, b) => a - b);
  };
  const begun = closure([first]);
  if (begun.includes(END)) throw new PatternError('matches a text of no characters: it would match each.');

  const known = new Map<string, Reached>();
  let remembered = 0;
  const reachedBy = (at: readonly number[]): Reached => {
    const name = at.join(' ');
    const reached = known.get(name) ?? { places: at, next: new Map<string, Reached>() };
    known.set(name, reached);
    return reached;
  };
  const step = (from: Reached, char: string): Reached => {
    const after = (read: string): readonly number[] =>
      from.places.flatMap((place) => {
        const { is, to } = places[place] as Place;
        return is?.(read) === true ? to : [];
      });
    const next = char === JOINT ? [...from.places, ...after(' '), ...after('\n')] : after(char);
    // What is looked for may begin behind each character.
    const reached = reachedBy(closure([...next, first]));
    if ((remembered += 1) > MAX_REMEMBERED) {
      known.clear();
      remembered = 0;
    } else from.next.set(char, reached);
    return reached;
  };

  return (text) => {
    let at = reachedBy(begun);
    const reads = (char: string): boolean => {
      at = at.next.get(char) ?? step(at, char);
      return at.places[0] === END;
    };
    const parts = typeof text === 'string' ? [text] : text;
    for (const [part, words] of parts.entries()) {
      if (part > 0 && reads(JOINT)) return true;
      for (const char of folded(words)) if (reads(char)) return true;
    }
    return false;
  };
};
