import type { Admission } from '../claude/types.ts';
import { userHashOf } from '../budget/account.ts';
import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { label, safe, type Redacted } from '../kernel/redacted.ts';
import type { Bucket, Decision, RateLimit } from '../rate-limit/rate-limit.ts';
import type { Slots } from '../rate-limit/slots.ts';
import type { Emit } from '../telemetry/events.ts';
import type { Principal } from '../tenants/types.ts';
import { limitHeaders, type Told } from './limit-headers.ts';

export interface AdmissionParts {
  readonly rateLimit: RateLimit;
  readonly slots: Slots;
  readonly clock: Clock;
  readonly emit: Emit;
}

/** Who wants to call. */
export interface Caller {
  readonly principal: Principal;
  readonly userId: string | null;
  /** Holds the slot. */
  readonly runId: string;
  /** Aborts when the run is over, whatever it still waits for. */
  readonly signal: AbortSignal;
}

/** The limits of one run, which hold its slot until `leave`. */
export interface RunAdmission extends Admission {
  /** What the answer's headers say of the limits, as they were when the run was let in; none where there are none. */
  headers(): Readonly<Record<string, string>>;
  /** Gives the slot back. Never rejects. */
  leave(): Promise<void>;
}

type LimitName = 'tenant-requests' | 'tenant-tokens' | 'key-requests' | 'user-requests' | 'concurrent-runs';

/** One limit's answer: how to take it back, or why not. */
type Pass =
  | { readonly admitted: true; readonly giveBack: () => Promise<void> }
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
  readonly giveBack: readonly (() => Promise<void>)[];
}

const NAMES: Record<LimitName, Redacted> = {
  'tenant-requests': safe`requests a minute of the tenant`,
  'tenant-tokens': safe`tokens a minute of the tenant`,
  'key-requests': safe`requests a minute of the API key`,
  'user-requests': safe`requests a minute of the end user`,
  'concurrent-runs': safe`concurrent runs of the tenant`,
};

/** Request limits of a caller, by name; those that are not set are left out. */
const requestBuckets = ({ principal, userId }: Caller): (Bucket & { readonly limit: LimitName })[] => {
  const { tenant, tenantId, keyId, keyLimits } = principal;
  const bucket = (limit: LimitName, key: string, permitsPerMinute: number | null) =>
    permitsPerMinute === null ? [] : [{ limit, key, permitsPerMinute }];
  return [
    ...bucket('tenant-requests', `tenant#${tenantId}#requests`, tenant.requestsPerMinute),
    ...bucket('key-requests', `key#${tenantId}#${keyId}#requests`, keyLimits.requestsPerMinute),
    ...(userId === null
      ? []
      : bucket('user-requests', `user#${tenantId}#${userHashOf(userId)}#requests`, tenant.userRequestsPerMinute)),
  ];
};

/** Makes the limits of one run. A refusal of one gives back what the others had let through; a shadowed one only tells. */
export const createAdmission = ({ rateLimit, slots, clock, emit }: AdmissionParts, caller: Caller): RunAdmission => {
  const { principal, runId, signal } = caller;
  const { tenant, tenantId, keyId } = principal;
  const shadow = tenant.shadow.includes('rate');
  const told: Told = {};
  let leave = async (): Promise<void> => {};
  let entered: Entered | null = null;

  const tokens: Bucket | null =
    tenant.tokensPerMinute === null
      ? null
      : { key: `tenant#${tenantId}#tokens`, permitsPerMinute: tenant.tokensPerMinute };

  const decided = (limit: LimitName, permitsPerMinute: number, asked: number, decision: Decision): Pass => {
    if (limit === 'tenant-requests') told.requests = { limit: permitsPerMinute, ...decision };
    if (limit === 'tenant-tokens') told.tokens = { limit: permitsPerMinute, ...decision };
    if (decision.admitted) return { admitted: true, giveBack: () => decision.giveBack() };
    const used = permitsPerMinute - decision.remaining;
    return denied(limit, permitsPerMinute, used, asked, decision.retryAfterMs);
  };
  const denied = (limit: LimitName, most: number, used: number, asked: number, retryAfterMs: number): Pass => ({
    admitted: false,
    limit,
    retryAfterMs,
    // Made when every limit has decided: its headers tell of all of them.
    error: () =>
      new AppError('rate-limited', safe`The limit of ${NAMES[limit]} is reached.`, {
        retryAfterMs,
        figures: { limit: String(most), used: String(Math.max(0, used)), reserved: '0', asked: String(asked) },
        headers: limitHeaders(told, clock.now()),
      }),
  });

  const take = async (limit: LimitName, bucket: Bucket, cost: number): Promise<Pass> =>
    decided(limit, bucket.permitsPerMinute, cost, await rateLimit.take(bucket, cost, signal));

  const takeSlot = async (count: number): Promise<Pass> => {
    const slot = await slots.take(tenantId, runId, count);
    if (!slot.held) return denied('concurrent-runs', count, count, 1, slot.retryAfterMs);
    leave = () => slot.release();
    return { admitted: true, giveBack: () => slot.release() };
  };

  return {
    async enter(step, inputTokens) {
      // A run that was let in is not cut off by a limit: what its later calls use is charged when it is known.
      if (entered !== null) return null;
      const asking = requestBuckets(caller).map(({ limit, ...bucket }) => take(limit, bucket, 1));
      if (tenant.maxConcurrentRuns !== null) asking.push(takeSlot(tenant.maxConcurrentRuns));
      if (tokens !== null) asking.push(take('tenant-tokens', tokens, inputTokens));
      const passes = await Promise.all(asking);
      const refusals = passes.filter((pass) => !pass.admitted);
      for (const { limit, retryAfterMs } of refusals) {
        const ids = { tenantId: label(tenantId), keyId: label(keyId) };
        emit({ type: 'limit.refused', limit: label(limit), ...ids, shadow, retryAfterMs });
      }
      const giveBack = passes.flatMap((pass) => (pass.admitted ? [pass.giveBack] : []));
      // The longest wait: whoever waits less would be refused by the other limit.
      const [longest] = refusals.toSorted((a, b) => b.retryAfterMs - a.retryAfterMs);
      if (longest !== undefined && !shadow) {
        await Promise.all(giveBack.map((back) => back()));
        leave = async () => {};
        return longest.error();
      }
      // What a shadowed limit refused was not taken.
      const isPaid = tokens !== null && !refusals.some(({ limit }) => limit === 'tenant-tokens');
      entered = { step, prepaid: isPaid ? inputTokens : 0, giveBack };
      return null;
    },

    async undo(step) {
      if (entered?.step !== step) return;
      const { giveBack } = entered;
      entered = null;
      await Promise.all(giveBack.map((back) => back()));
    },

    async charge(step, used) {
      if (tokens === null) return;
      let paid = 0;
      if (entered?.step === step) {
        paid = entered.prepaid;
        entered = { ...entered, prepaid: Math.max(0, paid - used) };
      }
      if (used > paid) await rateLimit.charge(tokens, used - paid);
    },

    headers: () => limitHeaders(told, clock.now()),
    leave: () => leave(),
  };
};
