import { createHash } from 'node:crypto';

/** What a text is known by when the text itself is not at hand: its length in UTF-16 units, and a digest. */
export interface ShownMark {
  readonly length: number;
  readonly digest: string;
}

const digestOf = (text: string): string =>
  createHash('sha256').update(text, 'utf16le').digest('base64url').slice(0, 22);

export const NOTHING_SHOWN: ShownMark = { length: 0, digest: digestOf('') };

/** What the watchers of a run have read since the last `text.reset`, over all its workers. */
export interface ShownText {
  /** More is shown, behind what `become` has shown. */
  add(delta: string): void;
  /** What is to be shown so that watchers have read just `text`: the rest of it, or a reset and the whole. */
  become(text: string): { readonly isReset: boolean; readonly rest: string };
  mark(): ShownMark;
}

/** A worker that takes over from another knows the shown text by its mark alone, until it says the same text again. */
export const createShownText = (known: ShownMark): ShownText => {
  let text = known.length === 0 ? '' : null;
  return {
    add: (delta) => void (text = (text ?? '') + delta),
    become(wanted) {
      if (text === null && digestOf(wanted.slice(0, known.length)) === known.digest)
        text = wanted.slice(0, known.length);
      if (text !== null && wanted.startsWith(text)) {
        const rest = wanted.slice(text.length);
        text = wanted;
        return { isReset: false, rest };
      }
      text = wanted;
      return { isReset: true, rest: wanted };
    },
    mark: () => (text === null ? known : { length: text.length, digest: digestOf(text) }),
  };
};
