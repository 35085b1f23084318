import { HOPS_HEADER, hopsOf } from '../http/hops.ts';
import { header, type HttpEvent, listHeader } from '../http/types.ts';
import { AppError } from '../kernel/errors.ts';
import { label, safe } from '../kernel/redacted.ts';
import type { Query } from '../model-call/provider.ts';

/** What of a client's request, besides its body, the provider is told as it came. */
export interface ForwardedHeaders {
  /** Its `anthropic-version`, which `headers` have too. */
  readonly apiVersion: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Query;
}

/** What a client that names no version is taken to mean: the first one. */
const FIRST_VERSION = '2023-06-01';

/** What a header can carry on (RFC 9110, 5.5); a platform may decode what came as more than that. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Not sent, it would look like a provider that cannot be reached, to the model's circuit too. */
const carried = (name: string, value: string): string => {
  if (FIELD_VALUE.test(value)) return value;
  throw new AppError('invalid-request', safe`The header ${label(name)} contains a character that no header can carry.`);
};

/**
 * The version of the API and its betas, and the whole query, which are not for Ballast to judge; one more hop. Throws
 * `invalid-request` for what no header can carry on.
 */
export const forwardedHeaders = (event: HttpEvent): ForwardedHeaders => {
  const betas = listHeader(event, 'anthropic-beta');
  const query = Object.entries(event.multiValueQueryStringParameters ?? {}).map(([name, all = []]) => [name, all]);
  const apiVersion = carried('anthropic-version', header(event, 'anthropic-version') ?? FIRST_VERSION);
  return {
    apiVersion,
    headers: {
      'anthropic-version': apiVersion,
      [HOPS_HEADER]: String(hopsOf(event) + 1),
      ...(betas === undefined ? {} : { 'anthropic-beta': carried('anthropic-beta', betas) }),
    },
    query: Object.fromEntries(query) as Query,
  };
};
