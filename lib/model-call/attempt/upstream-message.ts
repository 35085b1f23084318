import type { UpstreamMessage } from '../../kernel/errors.ts';
import { objectOf } from '../../kernel/json.ts';

/** Statuses by which the provider judges the client's own request; all others are between the provider and Ballast. */
const OF_THE_REQUEST: ReadonlySet<number> = new Set([400, 403, 413, 422]);
/** What passes by itself, unless the provider says that it does not: then it is the client's to mend. */
const PASSING: ReadonlySet<number> = new Set([408, 409, 429]);
/** A model that is not known: which status that becomes is not the provider's to say. */
const NOT_FOUND = 404;

/**
 * What the provider said of a request, in the form in which the SDK throws it; `undefined` where it is not for the
 * client. `final`: no other attempt can mend it, so that nobody but the client can. The words may hold anything that
 * the client sent.
 */
export const messageOf = (thrown: unknown, final = false): UpstreamMessage | undefined => {
  const { status, error: body } = (thrown ?? {}) as { status?: unknown; error?: { error?: unknown } };
  const { type, message } = objectOf(body?.error);
  if (typeof message !== 'string' || typeof status !== 'number') return undefined;
  if (status === NOT_FOUND) return { message };
  const typed = { message, ...(typeof type === 'string' ? { type } : {}) };
  if (OF_THE_REQUEST.has(status) || (final && PASSING.has(status))) return { status, ...typed };
  return final && status >= 500 ? typed : undefined;
};

/** An event has no status of its own: these are what the same errors have as an answer. */
const STATUS_OF_TYPE: ReadonlyMap<unknown, number> = new Map([
  ['invalid_request_error', 400],
  ['authentication_error', 401],
  ['billing_error', 402],
  ['permission_error', 403],
  ['not_found_error', NOT_FOUND],
  ['request_too_large', 413],
]);

/** The status that an error of that type has as an answer; `undefined`: it speaks of no request and of no key. */
export const statusOfType = (type: unknown): number | undefined => STATUS_OF_TYPE.get(type);

/** The same of an `error` event inside a stream, by its member `error`. */
export const messageInStream = (error: unknown): UpstreamMessage | undefined =>
  messageOf({ status: statusOfType(objectOf(error)['type']), error: { error } });
