import { AppError, type AppErrorOptions, type ErrorCode } from '../kernel/errors.ts';
import { type Redacted, safe } from '../kernel/redacted.ts';
import { NO_TOKENS } from '../usage/record.ts';
import type { KeyFault } from './keys/key-faults.ts';
import type { FailedOutcome, Fault, FaultKind, Metered, OwnNo } from './outcome.ts';
import type { CallContext } from './types.ts';

/** A fault of the upstream, or of time. */
export type UpstreamFault = Exclude<FaultKind, OwnNo>;

interface Meaning {
  readonly code: ErrorCode;
  readonly message: Redacted;
  /** Whether another attempt may mend it. */
  readonly passes: boolean;
}

const passing = (code: ErrorCode, message: Redacted): Meaning => ({ code, message, passes: true });
const lasting = (code: ErrorCode, message: Redacted): Meaning => ({ code, message, passes: false });

const MEANINGS: Readonly<Record<UpstreamFault, Meaning>> = {
  'invalid-request': lasting('invalid-request', safe`The model provider refused the request as not valid.`),
  'context-too-long': lasting('invalid-request', safe`The conversation is longer than the model's context window.`),
  credential: lasting('upstream-error', safe`The model provider refused Ballast's own API key.`),
  forbidden: lasting('forbidden', safe`The model provider does not allow this for Ballast's account.`),
  'unknown-model': lasting('invalid-request', safe`The model provider does not know the model.`),
  'rate-limited': passing('rate-limited', safe`The model provider's rate limit is reached.`),
  overloaded: passing('upstream-overloaded', safe`The model provider is overloaded.`),
  'server-error': passing('upstream-error', safe`The model provider failed.`),
  connection: passing('upstream-error', safe`The model provider could not be reached, or closed the connection.`),
  'no-content': passing('upstream-timeout', safe`The model provider sent no content in time.`),
  stalled: passing('upstream-timeout', safe`The model provider's answer stalled.`),
  cut: passing('upstream-error', safe`The model provider's answer broke off.`),
  malformed: passing('upstream-error', safe`The model provider's answer could not be read.`),
  deadline: lasting('upstream-timeout', safe`The deadline passed before the model had answered.`),
  cancelled: lasting('upstream-timeout', safe`The call was cancelled.`),
};

interface FaultDetails {
  readonly status?: number | null;
  readonly retryAfterMs?: number | null;
  readonly contentSeen?: boolean;
  readonly keyFault?: KeyFault | undefined;
  readonly final?: boolean;
  readonly cause?: unknown;
  /** What the upstream said of the client's own request. */
  readonly upstreamMessage?: AppErrorOptions['upstreamMessage'];
}

/** A fault of the upstream or of time, with the error it becomes if nothing mends it. */
export const fault = (kind: UpstreamFault, details: FaultDetails = {}): Fault => {
  const { status = null, retryAfterMs = null, contentSeen = false, keyFault, final = false } = details;
  const { code, message } = MEANINGS[kind];
  const options: AppErrorOptions = {
    ...('cause' in details ? { cause: details.cause } : {}),
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
    ...(details.upstreamMessage === undefined ? {} : { upstreamMessage: details.upstreamMessage }),
    ...(kind === 'unknown-model' ? { issues: [{ path: 'model', message: safe`unknown to the model provider` }] } : {}),
  };
  return {
    kind,
    status,
    retryAfterMs,
    contentSeen,
    ...(keyFault !== undefined && { keyFault }),
    ...(final && { final }),
    error: new AppError(codeFor(code, status), message, options),
  };
};

/** A no of our own, before anything was sent. */
export const refusal = (error: AppError, kind: OwnNo = 'refused'): Fault => ({
  kind,
  status: null,
  retryAfterMs: error.retryAfterMs ?? null,
  contentSeen: false,
  error,
});

const UNMETERED: Metered = { tokens: NO_TOKENS, estimated: null, firstContentMs: null, upstreamRequestId: null };

/** The outcome of a call that was not made. */
export const notMade = (reason: Fault): FailedOutcome => ({ ok: false, fault: reason, metered: UNMETERED });

const codeFor = (code: ErrorCode, status: number | null): ErrorCode => {
  if (status === 413) return 'payload-too-large';
  return status === 504 ? 'upstream-timeout' : code;
};

/** What a status of the upstream means; the table of the contract. */
export const kindOfStatus = (status: number): UpstreamFault => {
  if (status === 401 || status === 402) return 'credential';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'unknown-model';
  if (status === 429) return 'rate-limited';
  if (status === 503 || status === 529) return 'overloaded';
  if (status === 408 || status === 409 || status >= 500) return 'server-error';
  return 'invalid-request';
};

/** What an `error` event inside a stream means, by its type. */
export const kindOfErrorType = (type: unknown): UpstreamFault => {
  if (type === 'overloaded_error') return 'overloaded';
  if (type === 'rate_limit_error') return 'rate-limited';
  if (type === 'invalid_request_error' || type === 'request_too_large') return 'invalid-request';
  if (type === 'not_found_error') return 'unknown-model';
  if (type === 'authentication_error' || type === 'billing_error') return 'credential';
  if (type === 'permission_error') return 'forbidden';
  return 'server-error';
};

const isUpstreamFault = (kind: FaultKind): kind is UpstreamFault => kind in MEANINGS;

/** Whether it is of a kind that passes by itself. */
const passes = (kind: FaultKind): boolean => isUpstreamFault(kind) && MEANINGS[kind].passes;

/** Whether another attempt may mend it. */
export const isRetryable = ({ kind, final }: Pick<Fault, 'kind' | 'final'>): boolean => passes(kind) && final !== true;

/** Whether it says that the model is not well; all else is the request's, the credential's, the limit's or our own. */
export const isFailure = (kind: FaultKind): boolean => passes(kind) && kind !== 'rate-limited';

/** Whether somebody else may answer in its place: another model, or an earlier answer. */
export const failsOver = (kind: FaultKind): boolean => passes(kind) || kind === 'circuit-open' || kind === 'retired';

/** Whether the store kept the attempt from being made. */
export const isStoreRefusal = ({ kind, error }: Pick<Fault, 'kind' | 'error'>): boolean =>
  kind === 'refused' && error.code === 'store-unavailable';

/** Whether a part of the answer is out and can't be taken back. */
export const isDelivered = (
  { contentSeen }: Fault,
  { listener: { restartable = true } }: Pick<CallContext, 'listener'>,
): boolean => contentSeen && !restartable;
