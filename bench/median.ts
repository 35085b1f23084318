/** The middle of the values; of an even number of them the upper one of the two. Throws when there is none. */
export const median = (values: readonly number[]): number => {
  const middle = values.toSorted((a, b) => a - b)[values.length >> 1];
  if (middle === undefined) throw new Error('There is no median of nothing.');
  return middle;
};
