/** A name by its letters alone: `API_KEY`, `apiKey` and `api-key` are one. */
const lettersOf = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '');

const namedMember = (all: readonly (readonly [string, unknown])[], names: readonly string[]) =>
  names.map((name) => all.find(([key]) => lettersOf(key) === name)).find((found) => found !== undefined);

/**
 * What a secret is that was made as key and value, which Secrets Manager stores as JSON: the member of one of these names,
 * else the only one there is. `names`: in small letters alone, the first that is there wins.
 */
export const memberOf = (members: object, names: readonly string[]): unknown => {
  const all = Object.entries(members);
  return (namedMember(all, names) ?? (all.length === 1 ? all[0] : undefined))?.[1];
};

/**
 * The value in a secret that was made as key and value under its own name, as `{ "SHOP_API": "..." }` of `shop-api`; any other
 * text as it is, also JSON: it is for whoever reads it.
 */
export const ownMember = (text: string, name: string): string => {
  if (!text.startsWith('{')) return text;
  try {
    const own = lettersOf(name);
    const [, value] = namedMember(Object.entries(JSON.parse(text) as object), [own, `toolsecret${own}`]) ?? [];
    return typeof value === 'string' ? value.trim() : text;
  } catch {
    return text;
  }
};
