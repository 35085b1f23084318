/** A reader of response headers by lower-case name, as `Headers` is one. */
export interface HeaderReader {
  get(name: string): string | null;
}

/**
 * How long the upstream asks to be left alone, in milliseconds from `now`, or `null` where it does not say.
 * Reads `retry-after-ms`, then `retry-after` in seconds or as an HTTP date (RFC 9110, 10.2.3); rubbish counts as silence.
 */
export const retryAfterOf = (headers: HeaderReader, now: number): number | null => {
  const ms = positive(headers.get('retry-after-ms'));
  if (ms !== null) return Math.min(ms, LONGEST_MS);
  const value = headers.get('retry-after');
  if (value === null) return null;
  const seconds = positive(value);
  if (seconds !== null) return Math.min(seconds * 1000, LONGEST_MS);
  const date = /[a-z]/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? null : Math.min(Math.max(0, date - now), LONGEST_MS);
};

/** No limit of the provider's lasts a year; what is longer could not even be written down as a number everywhere. */
const LONGEST_MS = 31_536_000_000;

const positive = (value: string | null): number | null =>
  value !== null && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : null;
