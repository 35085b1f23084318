/** Who is to be left alone, and until when in epoch milliseconds. */
export type Ends = ReadonlyMap<string, number>;

export const NOBODY: Ends = new Map();

/**
 * Both taken together, without what has ended by now. A cool-down is only ever extended, so that of two reports the
 * longer one is right, whichever is older: neither a lagging replica nor a late answer can shorten what is known.
 */
export const longest = (some: Ends, others: Ends, now: number): Ends => {
  const all = new Map<string, number>();
  for (const [who, until] of [...some, ...others]) {
    if (until > Math.max(now, all.get(who) ?? now)) all.set(who, until);
  }
  return all;
};
