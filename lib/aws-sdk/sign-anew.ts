/** What a client of the SDK signs by. */
export interface Signing {
  /** By how much the service's clock is ahead of this machine's, as the SDK learns it from each answer. */
  readonly systemClockOffset: number;
  credentials(): Promise<unknown>;
}

/** Above this difference it is the clock by which a signature was refused; a signature holds for five minutes. */
const MAX_SKEW_MS = 240_000;
const SKEWED = new Set([
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);

/** Names of refusals of credentials that have run out, or are not known any more. */
const SPENT = new Set(['ExpiredToken', 'ExpiredTokenException', 'InvalidClientTokenId', 'UnrecognizedClientException']);

/**
 * Sends, and sends once more what was refused for its signature, where it would be signed otherwise by now: the clock was wrong, as
 * after a freeze, or there are other credentials. What was refused was not done. The SDK corrects its clock too, but would send
 * again as one of its retries, of which there are none.
 */
export const signAnew = async <T>(signing: Signing, send: () => Promise<T>): Promise<T> => {
  const offsetMs = signing.systemClockOffset;
  const credentials = await signing.credentials();
  try {
    return await send();
  } catch (error) {
    const { name = '' } = error as { readonly name?: string };
    const wasSkewed = SKEWED.has(name) && Math.abs(signing.systemClockOffset - offsetMs) > MAX_SKEW_MS;
    const wasSpent = SPENT.has(name) && (await signing.credentials()) !== credentials;
    if (wasSkewed || wasSpent) return await send();
    throw error;
  }
};
