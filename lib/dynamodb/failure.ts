import { orUnreadable } from '../aws-sdk/unreadable-answer.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';

/** When a caller may ask again after the store failed: long enough for a throttled partition, short for a human. */
const RETRY_AFTER_MS = 1_000;

/** Refusals with status 400 that pass by themselves. */
const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'TransactionConflictException',
]);

interface SdkError {
  readonly name?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly Item?: unknown;
}

const facts = (error: unknown): SdkError => (typeof error === 'object' && error !== null ? error : {});

/** What the SDK's client threw, as everybody here reads it; the item that a refused write found is not printed with it. */
export const asThrown = (error: unknown): unknown => {
  const { Item } = facts(error);
  if (Item !== undefined) Object.defineProperty(error, 'Item', { value: Item, enumerable: false });
  return orUnreadable(error);
};

/** The answer "no": the item was not as the write assumed. */
export const isConditionFailed = (error: unknown): boolean => facts(error).name === 'ConditionalCheckFailedException';

/** Whether the same request may succeed a moment later: throttled, failed on the server's side, or never answered. */
export const isTransient = (error: unknown): boolean => {
  const { name = '', $metadata } = facts(error);
  if (THROTTLED.has(name)) return true;
  // Without credentials nothing was sent, and asking for them again takes seconds.
  if (name.endsWith('ProviderError')) return false;
  const status = $metadata?.httpStatusCode;
  return status === undefined || status >= 500;
};

/** Refused for being too many: for certain nothing was done. */
export const isThrottled = (error: unknown): boolean => THROTTLED.has(facts(error).name ?? '');

/** What the client threw, of which a `store-unavailable` was made. */
export const causeOf = (error: unknown): unknown => (error instanceof AppError ? error.cause : error);

/**
 * Whether the request may have been done, or may still be: it was never answered, or failed on the server's side. `error`
 * is what the client threw, or the `store-unavailable` that was made of it.
 */
export const mayBeDone = (error: unknown): boolean => {
  const cause = causeOf(error);
  return isTransient(cause) && !isThrottled(cause);
};

/** Whether the connection broke under the request, as one does that the other side had closed before. */
export const isBroken = (error: unknown): boolean => {
  const code = (causeOf(error) as { readonly code?: unknown } | undefined)?.code;
  return code === 'ECONNRESET' || code === 'EPIPE';
};

/** What every other failure of the store becomes. */
export const storeUnavailable = (cause: unknown): AppError =>
  new AppError('store-unavailable', safe`The store does not answer.`, { cause, retryAfterMs: RETRY_AFTER_MS });
