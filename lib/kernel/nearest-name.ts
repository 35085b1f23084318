import { label, type Redacted, safe } from './redacted.ts';

/** Letters and digits in one case, so that `max_cost_usd` is `maxCostUsd`. */
const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** Numbers are never guessed: `-5-6` is no slip of the finger for `-5-5`. */
const numbersIn = (name: string): string => (name.match(/\d+/g) ?? []).join();

/** Slips that a name of so many characters may have. */
const mostSlips = (length: number): number => (length < 4 ? 0 : length < 6 ? 1 : 2);

/** Longer than any name that is known. */
const MAX_CHARS = 128;

/**
 * How many characters have to be put in, left out, replaced or swapped with the next one to make one text of the other:
 * the optimal string alignment distance.
 */
const slipsBetween = (a: string, b: string): number => {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const ways = [(last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1)];
      row.push(Math.min(...ways, ...(swapped ? [(before[j - 2] ?? 0) + 1] : [])));
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
};

/** The known name that is probably meant by a misspelt one; `null` where none is near, or two are as near. */
export const nearestName = (name: string, known: Iterable<string>): string | null => {
  if (name.length > MAX_CHARS) return null;
  const asked = plain(name);
  const near = [...known]
    .filter((each) => numbersIn(each) === numbersIn(name))
    .map((each) => ({ each, slips: slipsBetween(asked, plain(each)) }))
    .filter(({ each, slips }) => slips <= mostSlips(plain(each).length))
    .sort((a, b) => a.slips - b.slips);
  const [first, second] = near;
  return first === undefined || first.slips === second?.slips ? null : first.each;
};

/** A hint at the name that is probably meant, behind what is said of a wrong one. */
export const withHint = (message: Redacted, meant: string | null): Redacted =>
  meant === null ? message : safe`${message}; did you mean ${label(meant)}?`;
