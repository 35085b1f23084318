import type { RedactionClass } from './classes.ts';
import { createJoinedRedactor, type OnSecret, type ShownPart } from './joined-redactor.ts';

/** Redacts a text that comes in parts. However it is split, the parts given back add up to `redact` of the whole. */
export interface Redactor {
  /** What of the text so far can be let go. What may be the beginning of a secret is held back, and nothing else. */
  push(chunk: string): string;
  /**
   * The text is over, and another follows that its reader may join to it: what may be a secret over the border is held back. Gives
   * what can be let go for that.
   */
  border(): string;
  /** What was held back. Afterwards it begins anew. */
  end(): string;
}

const nothing = () => {};

/** Reads one text, in parts, the last of which makes it whole. */
type ReadText = (chunk: string, isWhole: boolean) => string;

/** A redactor of one text after the other, each by itself; `begin` begins to read one. */
export const redactorOf = (begin: () => ReadText): Redactor => {
  let read = begin();
  const end = () => {
    const last = read('', true);
    read = begin();
    return last;
  };
  return { push: (chunk) => read(chunk, false), border: end, end };
};

export const createRedactor = (classes: readonly RedactionClass[], onSecret: OnSecret = nothing): Redactor => {
  const joined = createJoinedRedactor(classes, onSecret);
  const shown = (parts: readonly ShownPart[]) => parts.map((part) => part.shown).join('');
  return {
    push: (chunk) => shown(joined.push(chunk)),
    border: () => (joined.border(), ''),
    end: () => shown(joined.end()),
  };
};

/** A whole text with its secrets replaced. What is no secret stays as it is; redacted once more, the text does not change. */
export const redact = (text: string, classes: readonly RedactionClass[], onSecret?: OnSecret): string => {
  const redactor = createRedactor(classes, onSecret);
  return redactor.push(text) + redactor.end();
};

/** Texts that a reader may join, each with its secrets replaced: one that goes over a border has its label where it begins. */
export const redactJoined = (
  texts: readonly string[],
  classes: readonly RedactionClass[],
  onSecret?: OnSecret,
): readonly string[] => {
  const joined = createJoinedRedactor(classes, onSecret);
  const begins: number[] = [];
  const parts = texts.flatMap((text) => {
    begins.push(joined.border());
    return joined.push(text);
  });
  const shown = texts.map(() => '');
  for (const part of [...parts, ...joined.end()]) {
    const index = begins.findLastIndex((begin) => begin <= part.at);
    shown[index] = `${shown[index] ?? ''}${part.shown}`;
  }
  return shown;
};
