import type { Clock } from '../kernel/clock.ts';
import { type Deadline, storageLimitMs } from '../kernel/deadline.ts';
import { AppError } from '../kernel/errors.ts';
import { label, safe } from '../kernel/redacted.ts';
import type { Admission } from '../model-call/types.ts';
import type { Decision, RateLimit } from '../rate-limit/rate-limit.ts';
import type { Slots } from '../rate-limit/slots.ts';
import type { Emit } from '../telemetry/events.ts';
import {
  bucketsOf,
  closedLimit,
  LIMIT_NAMES,
  limitClosed,
  type Limited,
  type LimitName,
  type NamedBucket,
} from './caller-limits.ts';
import { limitHeaders, type ShownLimits } from './limit-headers.ts';

export interface AdmissionParts {
  readonly rateLimit: RateLimit;
  readonly slots: Slots;
  readonly clock: Clock;
  readonly emit: Emit;
}

/** Who wants to call. */
export interface Caller extends Limited {
  /** Holds the slot. */
  readonly runId: string;
  /** Of the run: nothing is waited for beyond it by more than a second. */
  readonly deadline: Pick<Deadline, 'signal' | 'remainingMs'>;
}

/** The limits of one run, which hold its slot until `leave`. */
export interface RunAdmission extends Admission {
  /** What the answer's headers say of the limits, as they were when the run was let in; none where there are none. */
  headers(): Readonly<Record<string, string>>;
  /** Gives the slot back. Never rejects. */
  leave(): Promise<void>;
}

/** One limit's answer: how to take it back, or why not. */
type Pass =
  | { readonly admitted: true; readonly limit: LimitName; readonly giveBack: (permits?: number) => Promise<void> }
  | {
      readonly admitted: false;
      readonly limit: LimitName;
      readonly retryAfterMs: number;
      readonly error: () => AppError;
    };

/** The call by which a run was let in, and what was taken for it. */
interface Entered {
  readonly step: number;
  /** Tokens that were charged before the call, less what it has used of them since. */
  readonly prepaid: number;
  /** Gives so many of them back, once. */
  readonly giveTokensBack: (tokens: number) => Promise<void>;
  readonly giveBack: readonly (() => Promise<void>)[];
}

/**
 * Makes the limits of one run. A refusal of one gives back what the others had let through; a shadowed one only tells.
 * Throws `forbidden` where a limit is 0: before anything is taken, written or paid.
 */
export const createAdmission = ({ rateLimit, slots, clock, emit }: AdmissionParts, caller: Caller): RunAdmission => {
  const { principal, runId, deadline } = caller;
  const { tenant, tenantId, keyId } = principal;
  const { requests, tokens } = bucketsOf(caller);
  const shadow = tenant.shadow.includes('rate');
  const shown: ShownLimits = {};
  let leave = async (): Promise<void> => {};
  let entered: Entered | null = null;

  const tellRefused = (limit: LimitName, retryAfterMs: number | null) =>
    emit({
      type: 'limit.refused',
      limit: label(limit),
      tenantId: label(tenantId),
      keyId: label(keyId),
      shadow,
      retryAfterMs,
    });
  const closed = closedLimit(caller);
  if (closed !== null) {
    tellRefused(closed, null);
    throw limitClosed(closed);
  }

  const decided = (limit: LimitName, permitsPerMinute: number, asked: number, decision: Decision): Pass => {
    if (limit === 'tenant-requests') shown.requests = { limit: permitsPerMinute, ...decision };
    if (limit === 'tenant-tokens') shown.tokens = { limit: permitsPerMinute, ...decision };
    if (decision.admitted)
      return { admitted: true, limit, giveBack: (permits) => decision.giveBack(permits, storageLimitMs(deadline)) };
    const used = permitsPerMinute - decision.remaining;
    return denied(limit, permitsPerMinute, used, asked, decision.retryAfterMs);
  };
  const denied = (limit: LimitName, most: number, used: number, asked: number, retryAfterMs: number): Pass => ({
    admitted: false,
    limit,
    retryAfterMs,
    // Made when every limit has decided: its headers tell of all of them.
    error: () =>
      new AppError('rate-limited', safe`The limit of ${LIMIT_NAMES[limit]} is reached.`, {
        retryAfterMs,
        figures: { limit: String(most), used: String(Math.max(0, used)), reserved: '0', asked: String(asked) },
        headers: limitHeaders(shown, clock.now()),
      }),
  });

  const take = async ({ limit, bucket }: NamedBucket, cost: number): Promise<Pass> =>
    decided(limit, bucket.permitsPerMinute, cost, await rateLimit.take(bucket, cost, deadline.signal));

  const takeSlot = async (count: number): Promise<Pass> => {
    const slot = await slots.take(tenantId, runId, count, deadline);
    if (!slot.held) return denied('concurrent-runs', count, count, 1, slot.retryAfterMs);
    leave = () => slot.release();
    return { admitted: true, limit: 'concurrent-runs', giveBack: () => slot.release() };
  };

  return {
    async enter(step, tokensBefore) {
      // A run that was let in is not cut off by a limit: what its later calls use is charged when it is known.
      if (entered !== null) return null;
      const asking = requests.map((each) => take(each, 1));
      if (tenant.maxConcurrentRuns !== null) asking.push(takeSlot(tenant.maxConcurrentRuns));
      const prepaid = tokens === null ? 0 : tokensBefore();
      if (tokens !== null) asking.push(take(tokens, prepaid));
      const passes = await Promise.all(asking);
      const refusals = passes.filter((pass) => !pass.admitted);
      for (const { limit, retryAfterMs } of refusals) tellRefused(limit, retryAfterMs);
      const taken = passes.filter((pass) => pass.admitted);
      // The longest wait: whoever waits less would be refused by the other limit.
      const [longest] = refusals.toSorted((a, b) => b.retryAfterMs - a.retryAfterMs);
      if (longest !== undefined && !shadow) {
        await Promise.all(taken.map(({ giveBack }) => giveBack()));
        leave = async () => {};
        return longest.error();
      }
      // What a shadowed limit refused was not taken.
      const ofTokens = taken.find(({ limit }) => limit === 'tenant-tokens');
      entered = {
        step,
        prepaid: ofTokens === undefined ? 0 : prepaid,
        giveTokensBack: async (unused) => ofTokens?.giveBack(unused),
        giveBack: taken.map(
          ({ giveBack }) =>
            () =>
              giveBack(),
        ),
      };
      return null;
    },

    async undo(step) {
      if (entered?.step !== step) return;
      const { giveBack } = entered;
      entered = null;
      await Promise.all(giveBack.map((back) => back()));
    },

    async charge(step, used, answered) {
      if (tokens === null) return;
      let paid = 0;
      if (entered?.step === step) {
        paid = entered.prepaid;
        entered = { ...entered, prepaid: answered ? 0 : Math.max(0, paid - used) };
      }
      if (used > paid) await rateLimit.charge(tokens.bucket, used - paid, storageLimitMs(deadline));
      else if (answered) await entered?.giveTokensBack(paid - used);
    },

    headers: () => limitHeaders(shown, clock.now()),
    async leave() {
      // Of a call that was never answered only what its attempts have used stays taken.
      const unused = entered?.prepaid ?? 0;
      await Promise.all([leave(), entered?.giveTokensBack(unused)]);
    },
  };
};
