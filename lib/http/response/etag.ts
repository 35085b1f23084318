/** The strong entity tag of a version. */
export const etagOf = (version: number): string => `"${version}"`;

/**
 * Whether what stands there (`null`: nothing) is what an `If-Match` asks for (RFC 9110, 13.1.1): one of its tags, or
 * anything at all for `*`. Without the header there is nothing to fail. Weak tags match nothing.
 */
export const matchesEtag = (ifMatch: string | undefined, etag: string | null): boolean => {
  if (ifMatch === undefined) return true;
  if (etag === null) return false;
  return ifMatch.trim() === '*' || ifMatch.split(',').some((tag) => tag.trim() === etag);
};
