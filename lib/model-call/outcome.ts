import type { Message } from '@anthropic-ai/sdk/resources/messages/messages';
import type { AppError, ErrorCode } from '../kernel/errors.ts';
import type { PricingTerms } from '../pricing/pricing.ts';
import type { Estimate, TokenUsage } from '../usage/record.ts';
import type { KeyFault } from './keys/key-faults.ts';
import type { Bill } from './metering/meter.ts';
import type { Sight } from './metering/unseen.ts';

/**
 * What can go wrong with one attempt. `credential`: the provider refuses one of the service's own keys; `forbidden`: it
 * does not let its account do what was asked; `no-content`: nothing came before its limit; `stalled`: silence inside the
 * stream; `cut`: it ended before its end; `refused`, `run-cost`, `circuit-open`: we said no ourselves, before anything
 * was sent.
 */
export type FaultKind =
  | 'invalid-request'
  | 'context-too-long'
  | 'credential'
  | 'forbidden'
  | 'unknown-model'
  | 'rate-limited'
  | 'overloaded'
  | 'server-error'
  | 'connection'
  | 'no-content'
  | 'stalled'
  | 'cut'
  | 'malformed'
  | 'deadline'
  | 'cancelled'
  | OwnNo;

/**
 * Why we refused a call ourselves: a budget or a limit, the run's own limit of money, a model that is left alone, or one
 * that its provider has retired.
 */
export type OwnNo = 'refused' | 'run-cost' | 'circuit-open' | 'retired';

export interface Fault {
  readonly kind: FaultKind;
  /** The status of the upstream's refusal, where there was one. */
  readonly status: number | null;
  readonly retryAfterMs: number | null;
  /** What it says against the key itself. Default: nothing. */
  readonly keyFault?: KeyFault;
  /** Whether the upstream said that another attempt cannot mend it (`x-should-retry: false`). Default: not. */
  readonly final?: boolean;
  /** Whether the caller may have seen a part of the answer. */
  readonly contentSeen: boolean;
  /**
   * Whether the caller held the reading back for long, just before, so that nobody can tell whose silence ended it.
   * Default: not.
   */
  readonly heldBack?: boolean;
  /** Ready to be thrown; made where the most is known. */
  readonly error: AppError;
}

/** What one attempt used, as far as the upstream said so. */
export interface Metered {
  /** Of the request itself; of an answer that broke off, as far as it was seen. */
  readonly tokens: TokenUsage;
  readonly estimated: Estimate;
  /** What else it says of its bill. Default: nothing. */
  readonly bill?: Bill;
  /** What passed of it until it broke off. Default: unknown. */
  readonly sight?: Sight;
  /** Whether we gave it up ourselves, so that it may have gone on unseen. Default: not. */
  readonly givenUp?: boolean;
  /** What the upstream says of the price, where it says so; it wins over what was asked. Default: nothing. */
  readonly terms?: PricingTerms;
  readonly firstContentMs: number | null;
  readonly upstreamRequestId: string | null;
}

/** What came of an attempt. */
export type Outcome = AnsweredOutcome | FailedOutcome;

export interface AnsweredOutcome {
  readonly ok: true;
  readonly message: Message;
  readonly metered: Metered;
  /** Why another model answered than the one that was asked. Default: that one did. */
  readonly degraded?: ServedInstead;
}

export interface FailedOutcome {
  readonly ok: false;
  readonly fault: Fault;
  readonly metered: Metered;
  /** The text that was passed on before the fault. Default: none. */
  readonly partial?: string;
  /** Whether the store kept the last stand-in from being asked, which may be mended. Default: not. */
  readonly standInRefused?: boolean;
}

/** Why a model stands in for the asked one, and which. */
export interface ServedInstead {
  readonly reason: ErrorCode;
  readonly model: string;
}
