import type { ErrorCode } from '../../lib/kernel/errors.ts';

/** What whoever reads a refusal can do about it. */
export const WHAT_TO_DO: Readonly<Record<ErrorCode, string>> = {
  'invalid-request': 'Mend what is named, and send it again.',
  unauthenticated: 'Sign in with another key. An administrator makes one under Tenants.',
  'budget-exceeded':
    'Money shows what is left. An administrator raises a limit under Tenants; one of a day has room again at 00:00 UTC.',
  forbidden: 'Sign in with a key that may do this. An administrator makes one under Tenants.',
  'not-found': 'Check the id. A key sees what belongs to its own tenant, as long as it is kept.',
  'method-not-allowed': 'Reload this page: the server may be of another version.',
  'idempotency-in-progress': 'Wait until the first request has ended, and send it again.',
  'precondition-failed': 'Look at what it is now, and send your change again if it still fits.',
  'run-conflict': 'Look at the status of the run: it may have ended, or somebody has decided already.',
  'payload-too-large': 'Send less at once.',
  'unsupported-media-type': 'Reload this page: the server may be of another version.',
  'idempotency-key-reused': 'Use a new key for another request.',
  'unpriced-model': 'Choose a model whose price is known. A new one gets its price in `lib/pricing/prices.ts`.',
  'unpriced-feature': 'Leave the feature out, or have an administrator allow it for the tenant.',
  'rate-limited': 'Wait, and send it again. An administrator raises the limit under Tenants.',
  'headers-too-large': 'Send shorter headers.',
  internal: 'Try again. If it happens again, the id of the request leads the operator to the cause.',
  'worker-lost': 'Submit it again. The id of the request leads the operator to the cause.',
  'upstream-error': 'Try again. Circuits shows an administrator whether the provider fails.',
  'tool-failed': 'The step of the tool says what went wrong.',
  'circuit-open': 'It is tried again by itself. Circuits shows an administrator why, and closes it.',
  'upstream-overloaded': 'Wait a little, and try again.',
  'store-unavailable': 'Try again. Circuits shows an administrator how the store is.',
  'upstream-timeout': 'Ask for less at once, or submit it as a run that goes on by itself.',
};

/** The advice for a code; of none, or of a server of another version, there is none. */
export const adviceFor = (code: string | undefined): string | undefined =>
  code !== undefined && Object.hasOwn(WHAT_TO_DO, code) ? WHAT_TO_DO[code as ErrorCode] : undefined;
