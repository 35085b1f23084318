/** What a credential may be allowed to do. */
export const SCOPES = ['runs:write', 'runs:read', 'runs:approve', 'messages:write', 'usage:read', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

const isScope = (word: string): word is Scope => SCOPES.some((known) => known === word);

/** The words of a list, separated by commas or blanks. */
const wordsIn = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '');

/** Whether a list of scopes, separated by commas or blanks, names at least one, and only scopes that there are. */
export const areScopes = (text: string): boolean => {
  const words = wordsIn(text);
  return words.length > 0 && words.every(isScope);
};

/** The scopes of such a list, each once, in the order of `SCOPES`. */
export const scopesIn = (text: string): Scope[] => {
  const words = wordsIn(text);
  return SCOPES.filter((scope) => words.includes(scope));
};
