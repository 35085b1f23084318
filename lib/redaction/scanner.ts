import type { RedactionLabel } from './classes.ts';
import { ALPHANUMERIC, BEHIND, type CharSet, type Detector, has, isWordStart, MORE, type Reader } from './reader.ts';

/** What a detector reads of a chunk; a string, or one that counts. */
export type Text = Pick<string, 'charCodeAt' | 'length' | 'slice'>;

/** Where what was decided goes, in order. Places are counted from the beginning of the text, in UTF-16 units. */
export interface ScanSink {
  /** No part of a secret. */
  copy(from: number, to: number): void;
  /** A secret begins at `from`. What belongs to it is copied nowhere. */
  replace(label: RedactionLabel, from: number): void;
}

const ASCII = 128;

/** Detectors by the code of the character that a secret begins with, the more specific first; last, those for all beyond ASCII. */
export type Dispatch = readonly (readonly Detector[])[];

export const dispatchOf = (detectors: readonly Detector[]): Dispatch => [
  ...Array.from({ length: ASCII }, (_, code) => detectors.filter(({ starts }) => starts[code] === 1)),
  detectors.filter(({ starts }) => starts.length > ASCII),
];

export interface Scanner {
  /** The text as far as it has come, of which the scanner knows what is before `base` no more. */
  read(text: Text, base: number, isWhole: boolean): void;
  /** From here on the text is still needed. */
  readonly needed: number;
}

/** How many runs of each set are remembered: what is looked at again, because more has come, is not read again. */
const REMEMBERED = 6;

const createRuns = () => {
  const known = new Map<CharSet, { from: number; to: number }[]>();
  return (code: (at: number) => number, end: number, set: CharSet, from: number, most: number): number => {
    let runs = known.get(set);
    if (runs === undefined) known.set(set, (runs = []));
    let run = runs.find((one) => one.from <= from && from <= one.to);
    if (run === undefined) {
      run = { from, to: from };
      runs.unshift(run);
      if (runs.length > REMEMBERED) runs.pop();
    }
    const limit = Math.min(end, from + most);
    let { to } = run;
    while (to < limit && set[code(to)] === 1) to += 1;
    run.to = to;
    return Math.min(to, limit);
  };
};

/**
 * Decides a text from left to right: at each place the first detector that finds a secret, or needs more, counts. A detector says
 * of a text what it says of any part that was enough for it, so that no split of a text changes what becomes of it.
 */
export const createScanner = (dispatch: Dispatch, sink: ScanSink): Scanner => {
  const findRun = createRuns();
  let at = 0;
  let within: Detector | null = null;

  /** `at` moves on over all that is decided. */
  const decide = (reader: Reader) => {
    let copied = at;
    const { end } = reader;
    scan: while (at < end) {
      if (within?.more !== undefined) {
        const to = within.more(reader, at);
        if (to === MORE) break;
        if (to === at) within = null;
        copied = at = to;
        continue;
      }
      const code = reader.code(at);
      const detectors = dispatch[Math.min(code, ASCII)];
      if (detectors !== undefined && !(has(ALPHANUMERIC, code) && !isWordStart(reader, at)))
        for (const detector of detectors) {
          const to = detector.find(reader, at);
          if (to === MORE) break scan;
          if (to < 0) continue;
          if (at > copied) sink.copy(copied, at);
          sink.replace(detector.label, at);
          within = detector.more === undefined ? null : detector;
          copied = at = to;
          continue scan;
        }
      at += 1;
    }
    if (at > copied) sink.copy(copied, at);
  };

  return {
    read(text, base, isWhole) {
      const end = base + text.length;
      const code = (place: number) => text.charCodeAt(place - base);
      decide({
        end,
        isWhole,
        code,
        slice: (from, to) => text.slice(Math.max(0, from - base), Math.max(0, to - base)),
        run: (set, from, most) => findRun(code, end, set, from, most),
      });
    },
    get needed() {
      return Math.max(0, at - BEHIND);
    },
  };
};
