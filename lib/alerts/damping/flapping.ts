/** An alarm that begins more often than this within `WINDOW_MS` is flapping. */
export const MOST_BEGINS = 3;
export const WINDOW_MS = 30 * 60_000;

/** So long after its last change a flapping alarm is calm again. */
export const CALM_AFTER_MS = 10 * 60_000;

/** What is told of a change: the change itself, that the alarm flaps, or nothing while it does. */
export type Verdict = 'change' | 'flapping' | 'nothing';

/** A change of an alarm: to ALARM, or to OK. */
export interface Change {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly begins: boolean;
}

/** The changes of one alarm in the last `WINDOW_MS`, each with what was told of it. */
export interface Changes {
  readonly isFlapping: boolean;
  readonly recent: readonly (Change & { readonly verdict: Verdict })[];
}

export const STEADY: Changes = { isFlapping: false, recent: [] };

const judged = ({ isFlapping, recent }: Changes, change: Change): Verdict => {
  if (isFlapping) return 'nothing';
  const begins = recent.filter(({ begins }) => begins).length + (change.begins ? 1 : 0);
  return change.begins && begins > MOST_BEGINS ? 'flapping' : 'change';
};

/** How a flapping alarm has come to rest: `over` in OK, `lasts` in ALARM. `null`: it does not flap, or still does. */
export const rest = ({ isFlapping, recent }: Changes, now: number): 'over' | 'lasts' | null => {
  const last = recent.toSorted((a, b) => a.at - b.at).at(-1);
  if (!isFlapping || last === undefined || now - last.at < CALM_AFTER_MS) return null;
  return last.begins ? 'lasts' : 'over';
};

/** What is told of a change, and the changes with it. The same change is judged once: whoever asks again hears the same. */
export const changed = (changes: Changes, change: Change): { readonly verdict: Verdict; readonly next: Changes } => {
  const before = changes.recent.find(({ id }) => id === change.id);
  if (before !== undefined) return { verdict: before.verdict, next: changes };
  // Flapping ends with time, whether or not anybody could be told of its end.
  const { isFlapping, recent: all } = rest(changes, change.at) === null ? changes : STEADY;
  const recent = all.filter(({ at }) => change.at - at < WINDOW_MS);
  const verdict = judged({ isFlapping, recent }, change);
  const next = {
    isFlapping: isFlapping || verdict === 'flapping',
    recent: [...recent, { ...change, verdict }],
  };
  return { verdict, next };
};
