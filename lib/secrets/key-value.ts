/** A name by its letters alone: `API_KEY`, `apiKey` and `api-key` are one. */
const lettersOf = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '');

/**
 * What a secret is that was made as key and value, which Secrets Manager stores as JSON: the member of one of these names,
 * else the only one there is. `names`: in small letters alone, the first that is there wins.
 */
export const memberOf = (members: object, names: readonly string[]): unknown => {
  const all = Object.entries(members);
  const named = names.map((name) => all.find(([key]) => lettersOf(key) === name)).find((found) => found !== undefined);
  return (named ?? (all.length === 1 ? all[0] : undefined))?.[1];
};
