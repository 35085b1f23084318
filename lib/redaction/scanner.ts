import type { RedactionLabel } from './classes.ts';
import {
  ALPHANUMERIC,
  BEHIND,
  type CharSet,
  type Detector,
  has,
  isWordStart,
  MORE,
  NO,
  type Reader,
} from './reader.ts';

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
  /** One text ends here and another begins, which may be read as one or each by itself. */
  border(at: number): void;
  /** All before it is decided. */
  readonly decided: number;
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

/** What other keys of a list may stand behind. */
const KEYS: ReadonlySet<RedactionLabel> = new Set(['API_KEY', 'TOKEN']);

/** How many of the next borders a secret may end at that is none once the texts behind them are joined to it. */
const BORDERS_AHEAD = 8;

/** From where to where a detector sees the texts around a place. */
type View = readonly [from: number, to: number];

/** As joined, and where borders are near, as a text that begins at the one before it and one that ends at those behind it. */
const viewsAt = (at: number, end: number, borders: readonly number[]): readonly View[] => {
  const begin = borders.findLast((border) => border <= at);
  const ends = borders.filter((border) => border > at && border < end).slice(0, BORDERS_AHEAD);
  return [end, ...ends.toReversed()].flatMap((to): View[] => [
    [0, to],
    ...(begin === undefined ? [] : [[begin, to] as const]),
  ]);
};

/**
 * Decides a text from left to right: at each place the first detector that finds a secret, or needs more, counts. A detector says
 * of a text what it says of any part that was enough for it, so that no split of a text changes what becomes of it. Over a border
 * counts what is a secret in the texts as joined, or in one of them by itself.
 */
export const createScanner = (dispatch: Dispatch, sink: ScanSink): Scanner => {
  const findRun = createRuns();
  let at = 0;
  let within: Detector | null = null;
  let [isKey, lastKeyEnd] = [false, NaN];
  let borders: readonly number[] = [];

  /** Where a secret that begins at `at` ends, and whose it is; `NO`, or `MORE`. */
  const findIn = (reader: Reader, detectors: readonly Detector[]): number | readonly [Detector, number] => {
    if (has(ALPHANUMERIC, reader.code(at)) && !isWordStart(reader, at)) return NO;
    for (const detector of detectors) {
      const to = detector.find(reader, at);
      if (to === MORE) return MORE;
      if (to >= 0) return [detector, to];
    }
    return NO;
  };

  /** `at` moves on over all that is decided; `see` shows the texts as a view has them. */
  const decide = (whole: Reader, see: (view: View) => Reader) => {
    let copied = at;
    const { end } = whole;
    const find = (detectors: readonly Detector[]) => {
      if (borders.length === 0) return findIn(whole, detectors);
      for (const view of viewsAt(at, end, borders)) {
        const found = findIn(see(view), detectors);
        if (found !== NO) return found;
      }
      return NO;
    };
    while (at < end) {
      if (within?.more !== undefined) {
        const to = within.more(whole, at);
        if (to === MORE) break;
        if (to === at) within = null;
        copied = at = to;
        if (isKey) lastKeyEnd = to;
        continue;
      }
      const detectors = dispatch[Math.min(whole.code(at), ASCII)];
      const found = detectors === undefined || detectors.length === 0 ? NO : find(detectors);
      if (found === MORE) break;
      if (typeof found === 'number') {
        at += 1;
        continue;
      }
      const [detector, to] = found;
      if (at > copied) sink.copy(copied, at);
      sink.replace(detector.label, at);
      within = detector.more === undefined ? null : detector;
      copied = at = to;
      isKey = KEYS.has(detector.label);
      if (isKey) lastKeyEnd = to;
    }
    if (at > copied) sink.copy(copied, at);
  };

  return {
    read(text, base, isWhole) {
      const end = base + text.length;
      const code = (place: number) => text.charCodeAt(place - base);
      const whole: Reader = {
        end,
        isWhole,
        get lastKeyEnd() {
          return lastKeyEnd;
        },
        code,
        slice: (from, to) => text.slice(Math.max(0, from - base), Math.max(0, to - base)),
        run: (set, from, most) => findRun(code, end, set, from, most),
      };
      borders = borders.filter((border) => border > at - BEHIND);
      decide(whole, ([begin, to]) => ({
        end: to,
        isWhole: isWhole || to < end,
        lastKeyEnd: lastKeyEnd < begin ? NaN : lastKeyEnd,
        code: (place) => (place < begin || place >= to ? NaN : code(place)),
        slice: (from, until) => whole.slice(Math.max(begin, from), Math.max(begin, Math.min(to, until))),
        run: (set, from, most) => findRun(code, to, set, from, most),
      }));
    },
    border(place) {
      if (borders.at(-1) !== place) borders = [...borders, place];
    },
    get decided() {
      return at;
    },
    get needed() {
      return Math.max(0, at - BEHIND);
    },
  };
};
