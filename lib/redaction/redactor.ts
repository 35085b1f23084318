import { labelText, type RedactionClass, type RedactionLabel } from './classes.ts';
import { detectorsFor } from './detectors/by-class.ts';
import { createScanner } from './scanner.ts';

/** Called for each secret, with its label and never with itself. */
export type OnSecret = (label: RedactionLabel) => void;

/** Redacts a text that comes in parts. However it is split, the parts given back add up to `redact` of the whole. */
export interface Redactor {
  /** What of the text so far can be let go. What may be the beginning of a secret is held back, and nothing else. */
  push(chunk: string): string;
  /** What was held back. Afterwards it begins anew. */
  end(): string;
}

const nothing = () => {};

/** Reads one text, in parts, the last of which makes it whole. */
type ReadText = (chunk: string, isWhole: boolean) => string;

/** A redactor of one text after the other; `begin` begins to read one. */
export const redactorOf = (begin: () => ReadText): Redactor => {
  let read = begin();
  return {
    push: (chunk) => read(chunk, false),
    end() {
      const last = read('', true);
      read = begin();
      return last;
    },
  };
};

export const createRedactor = (classes: readonly RedactionClass[], onSecret: OnSecret = nothing): Redactor => {
  const dispatch = detectorsFor(classes);
  const begin = () => {
    let [text, base, out] = ['', 0, ''];
    const scanner = createScanner(dispatch, {
      copy: (from, to) => (out += text.slice(from - base, to - base)),
      replace(label) {
        onSecret(label);
        out += labelText(label);
      },
    });
    return (chunk: string, isWhole: boolean): string => {
      const { needed } = scanner;
      [text, base, out] = [text.slice(needed - base) + chunk, needed, ''];
      scanner.read(text, base, isWhole);
      return out;
    };
  };
  return redactorOf(begin);
};

/** A whole text with its secrets replaced. What is no secret stays as it is; redacted once more, the text does not change. */
export const redact = (text: string, classes: readonly RedactionClass[], onSecret?: OnSecret): string => {
  const redactor = createRedactor(classes, onSecret);
  return redactor.push(text) + redactor.end();
};
