import { label, type Redacted } from '../kernel/redacted.ts';

/** Says by which id the provider knows the request that answered: its support asks for it. */
export const UPSTREAM_ID_HEADER = 'x-ballast-upstream-request-id';

/** The provider's own form; a proxy in between could say anything. */
const REQUEST_ID = /^req_\w{1,64}$/;

/** The provider's id of a request, where it is one. */
export const upstreamIdOf = (told: unknown): Redacted | null =>
  typeof told === 'string' && REQUEST_ID.test(told) ? label(told) : null;

/** The header that tells it; none where it is not known. */
export const upstreamIdHeader = (told: unknown): Readonly<Record<string, string>> => {
  const id = upstreamIdOf(told);
  return id === null ? {} : { [UPSTREAM_ID_HEADER]: id };
};
