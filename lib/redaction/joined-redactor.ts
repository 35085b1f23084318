import { labelText, type RedactionClass, type RedactionLabel } from './classes.ts';
import { detectorsFor } from './detectors/by-class.ts';
import { createScanner } from './scanner.ts';

/** Called for each secret, with its label and never with itself. */
export type OnSecret = (label: RedactionLabel) => void;

/** What of the texts can be let go, and the place in them that it is of. No part goes over a mark. */
export interface ShownPart {
  readonly at: number;
  readonly shown: string;
}

/** Redacts texts that come in parts, and that a reader may join. Places are counted from the first text's beginning, in UTF-16 units. */
export interface JoinedRedactor {
  push(chunk: string): readonly ShownPart[];
  /** Marks the place where what has come ends, and says which it is. */
  mark(): number;
  /** Marks it as the end of a text, behind which another may begin. */
  border(): number;
  /** Nothing more is let go of what is before it. */
  readonly decided: number;
  /** What was held back. Afterwards it begins anew, at the place 0. */
  end(): readonly ShownPart[];
}

const begin = (classes: readonly RedactionClass[], onSecret: OnSecret) => {
  let [text, base] = ['', 0];
  let marks: readonly number[] = [];
  let parts: ShownPart[] = [];
  const scanner = createScanner(detectorsFor(classes), {
    copy(from, to) {
      for (let at = from; at < to;) {
        const place = at;
        const stop = Math.min(to, marks.find((mark) => mark > place) ?? to);
        parts.push({ at, shown: text.slice(at - base, stop - base) });
        at = stop;
      }
    },
    replace(label, from) {
      onSecret(label);
      parts.push({ at: from, shown: labelText(label) });
    },
  });
  return {
    scanner,
    read(chunk: string, isWhole: boolean): readonly ShownPart[] {
      const { needed, decided } = scanner;
      [text, base, parts] = [text.slice(needed - base) + chunk, needed, []];
      marks = marks.filter((mark) => mark > decided);
      scanner.read(text, base, isWhole);
      return parts;
    },
    mark() {
      const place = base + text.length;
      if (marks.at(-1) !== place) marks = [...marks, place];
      return place;
    },
  };
};

export const createJoinedRedactor = (
  classes: readonly RedactionClass[],
  onSecret: OnSecret = () => {},
): JoinedRedactor => {
  let texts = begin(classes, onSecret);
  return {
    push: (chunk) => texts.read(chunk, false),
    mark: () => texts.mark(),
    border() {
      const place = texts.mark();
      texts.scanner.border(place);
      return place;
    },
    get decided() {
      return texts.scanner.decided;
    },
    end() {
      const last = texts.read('', true);
      texts = begin(classes, onSecret);
      return last;
    },
  };
};
