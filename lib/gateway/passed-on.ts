import type { Query } from '../claude/query-string.ts';
import { HOPS_HEADER, hopsOf } from '../http/hops.ts';
import { header, listHeader, type HttpEvent } from '../http/types.ts';

/** What of a client's request, besides its body, the provider is told as it came. */
export interface PassedOn {
  /** Its `anthropic-version`, which `headers` have too. */
  readonly apiVersion: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Query;
}

/** What a client that names no version is taken to mean: the first one. */
const FIRST_VERSION = '2023-06-01';

/** The version of the API and its betas, and the whole query, which are not for Ballast to judge; one more hop. */
export const passedOn = (event: HttpEvent): PassedOn => {
  const betas = listHeader(event, 'anthropic-beta');
  const query = Object.entries(event.multiValueQueryStringParameters ?? {}).map(([name, all = []]) => [name, all]);
  const apiVersion = header(event, 'anthropic-version') ?? FIRST_VERSION;
  return {
    apiVersion,
    headers: {
      'anthropic-version': apiVersion,
      [HOPS_HEADER]: String(hopsOf(event) + 1),
      ...(betas === undefined ? {} : { 'anthropic-beta': betas }),
    },
    query: Object.fromEntries(query) as Query,
  };
};
