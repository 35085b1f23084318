import type { UpstreamWords } from '../kernel/errors.ts';
import { objectOf } from '../usage/json.ts';

/** Statuses by which the provider judges the client's own request; all others are between the provider and Ballast. */
const OF_THE_REQUEST: ReadonlySet<unknown> = new Set([400, 413, 422]);
/** A model that is not known: which status that becomes is not the provider's to say. */
const NOT_FOUND = 404;

/**
 * What the provider said of a request, in the form in which the SDK throws it; `undefined` where it is not for the
 * client. The words may hold anything that the client sent.
 */
export const wordsOf = (thrown: unknown): UpstreamWords | undefined => {
  const { status, error: body } = (thrown ?? {}) as { status?: unknown; error?: { error?: unknown } };
  const { type, message } = (body?.error ?? {}) as { type?: unknown; message?: unknown };
  if (typeof message !== 'string') return undefined;
  if (status === NOT_FOUND) return { message };
  if (typeof status !== 'number' || !OF_THE_REQUEST.has(status)) return undefined;
  return { status, message, ...(typeof type === 'string' ? { type } : {}) };
};

/** An event has no status of its own: these are what the same errors have as an answer. */
const STATUS_OF_TYPE: ReadonlyMap<unknown, number> = new Map([
  ['invalid_request_error', 400],
  ['request_too_large', 413],
  ['not_found_error', NOT_FOUND],
]);

/** The same of an `error` event inside a stream, by its member `error`. */
export const wordsInStream = (error: unknown): UpstreamWords | undefined =>
  wordsOf({ status: STATUS_OF_TYPE.get(objectOf(error)['type']), error: { error } });
