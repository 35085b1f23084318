import { labelText, type RedactionClass } from './classes.ts';
import { detectorsFor } from './detectors/by-class.ts';
import type { OnSecret } from './joined-redactor.ts';
import { type Redactor, redactorOf } from './redactor.ts';
import { createScanner } from './scanner.ts';

const ESCAPED: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Whether the escape that `raw` begins is complete. */
const isComplete = (raw: string): boolean => raw.length === (raw[1] === 'u' ? 6 : 2);

const decoded = (raw: string): string =>
  raw[1] === 'u' ? String.fromCharCode(Number.parseInt(raw.slice(2), 16)) : (ESCAPED[raw[1] ?? ''] ?? raw.slice(1));

/** Where a unit of JSON stands: in no string, in one that is a value, or in a name of the object of that number. */
const [OUTSIDE, IN_VALUE] = [-1, 0];

/** Tells of each character whether it stands in a name. */
const createPlaces = () => {
  /** Numbers of the objects and lists that are open; a list has none. */
  const open: number[] = [];
  let [objects, isName] = [0, false];
  return {
    /** What a string that begins here is. */
    string: (): number => (isName ? (open.at(-1) ?? IN_VALUE) : IN_VALUE),
    /** Goes on over a character outside of strings. */
    pass(char: string) {
      if (char === '{') open.push((objects += 1));
      else if (char === '[') open.push(IN_VALUE);
      else if (char === '}' || char === ']') open.pop();
      if (char === '{' || char === ',') isName = true;
      else if (char === ':') isName = false;
    },
  };
};

/**
 * Redacts JSON that comes in parts, such as the input of a tool. Secrets are found as its reader would read them, whatever is
 * escaped, also by the name of their member; what is none of them keeps its spelling. Valid JSON stays valid: a number that is a
 * secret becomes a string, and names that would become one label are numbered.
 */
export const createJsonRedactor = (classes: readonly RedactionClass[], onSecret: OnSecret = () => {}): Redactor => {
  const dispatch = detectorsFor(classes);
  const begin = () => {
    /** What the detectors read, from `base` on, and how each unit of it is spelled; an unfinished escape. */
    let [text, base, out, escape] = ['', 0, '', ''];
    let spelled: string[] = [];
    let stands: number[] = [];
    let place = OUTSIDE;
    const places = createPlaces();
    const named = new Map<string, number>();
    const scanner = createScanner(dispatch, {
      copy: (from, to) => (out += spelled.slice(from - base, to - base).join('')),
      replace(label, from) {
        onSecret(label);
        const stand = stands[from - base] ?? OUTSIDE;
        if (stand === OUTSIDE) out += `"${labelText(label)}"`;
        else if (stand === IN_VALUE) out += labelText(label);
        else {
          const number = (named.get(`${stand} ${label}`) ?? 0) + 1;
          named.set(`${stand} ${label}`, number);
          out += labelText(label, number);
        }
      },
    });
    const take = (raw: string, char: string) => {
      spelled.push(raw);
      stands.push(place);
      text += char;
    };
    const lex = (char: string) => {
      if (escape !== '') {
        escape += char;
        if (!isComplete(escape)) return;
        take(escape, decoded(escape));
        escape = '';
      } else if (place !== OUTSIDE && char === '\\') escape = char;
      else {
        take(char, char);
        if (char === '"') place = place === OUTSIDE ? places.string() : OUTSIDE;
        else if (place === OUTSIDE) places.pass(char);
      }
    };
    return (chunk: string, isWhole: boolean): string => {
      const gone = scanner.needed - base;
      // What is kept is copied when half of it is gone, and not at each part.
      if (2 * gone > text.length) {
        [text, spelled, stands] = [text.slice(gone), spelled.slice(gone), stands.slice(gone)];
        base += gone;
      }
      out = '';
      for (const char of chunk.split('')) lex(char);
      scanner.read(text, base, isWhole);
      return isWhole ? out + escape : out;
    };
  };
  return redactorOf(begin);
};

/** A value as JSON has it, with the secrets in its strings and numbers replaced. */
export const redactJson = <T>(value: T, classes: readonly RedactionClass[], onSecret?: OnSecret): T => {
  const redactor = createJsonRedactor(classes, onSecret);
  return JSON.parse(redactor.push(JSON.stringify(value)) + redactor.end()) as T;
};
