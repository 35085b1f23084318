import type { Clock } from '../../kernel/clock.ts';

/** How far long work is. `of`: how much there is in all; `null`: nobody knows. */
export interface Progressed {
  readonly done: number;
  readonly of: number | null;
  /** What is counted, as `runs`. */
  readonly what: string;
}

/** Where it is said. */
export interface ProgressTerminal {
  readonly err: (text: string) => void;
  /** Whether a person reads it. */
  readonly showsProgress: boolean;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

/** Says how far long work is, beside the answer: as a bar to a person, as a line now and then to a file, and not with `--json`. */
export interface Progress {
  at(progressed: Progressed): void;
  /** Says something to a person until the next word of it. */
  note(text: string): void;
  /** Takes it away again. */
  end(): void;
}

const CELLS = 24;
/** Work that is over before this has no line, and a longer one has no more than one in so much time. */
const EVERY_MS = 2_000;
const CLEAR = '\r\u001b[K';

const barOf = (share: number): string => {
  const full = Math.round(CELLS * share);
  return `[${'#'.repeat(full)}${'-'.repeat(CELLS - full)}] ${String(Math.floor(100 * share)).padStart(3)} %  `;
};

const countOf = ({ done, of, what }: Progressed): string =>
  of === null ? `${done} ${what}` : `${done} of ${of} ${what}`;

/** What a person sees: a bar where it is known how much there is. */
export const progressBar = (progressed: Progressed): string => {
  const { done, of } = progressed;
  return `${of === null || of === 0 ? '' : barOf(Math.min(1, done / of))}${countOf(progressed)}`;
};

export const createProgress = ({ err, showsProgress, clock }: ProgressTerminal, isSilent: boolean): Progress => {
  const nothing = (): void => {};
  if (isSilent) return { at: nothing, note: nothing, end: nothing };
  if (showsProgress)
    return {
      at: (progressed) => err(`${CLEAR}${progressBar(progressed)}`),
      note: (text) => err(`${CLEAR}${text}`),
      end: () => err(CLEAR),
    };
  let saidAt = clock.monotonicMs();
  return {
    at(progressed) {
      const now = clock.monotonicMs();
      if (now - saidAt < EVERY_MS) return;
      saidAt = now;
      err(`${countOf(progressed)}\n`);
    },
    note: nothing,
    end: nothing,
  };
};
