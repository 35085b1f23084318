import { type Redacted, safe } from './redacted.ts';

/** The closed set of ways in which Ballast says no; `lib/http/response/problem.ts` turns each into a status. */
export type ErrorCode =
  | 'invalid-request'
  | 'unauthenticated'
  | 'budget-exceeded'
  | 'forbidden'
  | 'not-found'
  | 'method-not-allowed'
  | 'idempotency-in-progress'
  | 'precondition-failed'
  | 'run-conflict'
  | 'payload-too-large'
  | 'unsupported-media-type'
  | 'idempotency-key-reused'
  | 'unpriced-model'
  | 'unpriced-feature'
  | 'rate-limited'
  | 'headers-too-large'
  | 'internal'
  | 'worker-lost'
  | 'upstream-error'
  | 'tool-failed'
  | 'circuit-open'
  | 'upstream-overloaded'
  | 'store-unavailable'
  | 'upstream-timeout';

/** One field that was refused; `path` names it as the caller wrote it (`messages.3.role`), `message` its bound. */
export interface FieldIssue {
  readonly path: string;
  readonly message: Redacted;
}

/** What a limit saw when it refused: decimal strings of US dollars, or counts. */
export interface LimitFigures {
  readonly limit: string;
  readonly used: string;
  readonly reserved: string;
  readonly asked: string;
}

/** What the upstream said of the client's own request. */
export interface UpstreamMessage {
  /** As the provider names the kind of error. Default: that of our own code. */
  readonly type?: string;
  /** The provider's own status. Default: that of our own code. */
  readonly status?: number;
  readonly message: string;
}

export interface AppErrorOptions {
  /** Logged by name and code only, never shown. */
  readonly cause?: unknown;
  /** When asking again may help, from now, in milliseconds. */
  readonly retryAfterMs?: number;
  readonly issues?: readonly FieldIssue[];
  readonly figures?: LimitFigures;
  /** For `method-not-allowed`: what the path does allow. */
  readonly allow?: readonly string[];
  /** Headers that go with the answer: what a limit tells of itself. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the problem: what a failed run adds (`runId`, `usage`). Counts and ids, no text. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** It can quote the request: never logged, and kept only in an answer that the same tenant may ask for again. */
  readonly upstreamMessage?: UpstreamMessage;
}

/** The one error class: `code` decides the status, `message` may be shown, `cause` only ever logged. */
export class AppError extends Error {
  override readonly name = 'AppError';
  override readonly message: Redacted;
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly issues: readonly FieldIssue[];
  readonly figures: LimitFigures | undefined;
  readonly allow: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, unknown>>;
  readonly upstreamMessage: UpstreamMessage | undefined;

  constructor(code: ErrorCode, message: Redacted, options: AppErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.message = message;
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.issues = options.issues ?? [];
    this.figures = options.figures;
    this.allow = options.allow ?? [];
    this.headers = options.headers ?? {};
    this.members = options.members ?? {};
    this.upstreamMessage = options.upstreamMessage;
  }

  /** The same error, with these headers beside its own. */
  withHeaders(headers: Readonly<Record<string, string>>): AppError {
    return this.#with({ headers: { ...headers, ...this.headers } });
  }

  /** The same error, with what the upstream said changed; where it said nothing, as it is. */
  withWords(change: (words: string) => string): AppError {
    const { upstreamMessage: said } = this;
    return said === undefined ? this : this.#with({ upstreamMessage: { ...said, message: change(said.message) } });
  }

  #with(changed: AppErrorOptions): AppError {
    const { code, message, cause, retryAfterMs, issues, figures, allow, headers, members, upstreamMessage } = this;
    return new AppError(code, message, {
      cause,
      issues,
      allow,
      headers,
      members,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(figures === undefined ? {} : { figures }),
      ...(upstreamMessage === undefined ? {} : { upstreamMessage }),
      ...changed,
    });
  }
}

/** Whatever was thrown, as the error that may be told: what nobody foresaw is `internal`, its own words kept back. */
export const asAppError = (error: unknown): AppError =>
  error instanceof AppError ? error : new AppError('internal', safe`Something broke on our side.`, { cause: error });
