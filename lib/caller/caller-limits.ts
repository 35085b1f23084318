import { userHashOf } from '../budget/account.ts';
import { AppError } from '../kernel/errors.ts';
import { type Redacted, safe } from '../kernel/redacted.ts';
import type { Bucket } from '../rate-limit/rate-limit.ts';
import type { Principal } from '../tenants/types.ts';

export type LimitName = 'tenant-requests' | 'tenant-tokens' | 'key-requests' | 'user-requests' | 'concurrent-runs';

export const LIMIT_NAMES: Record<LimitName, Redacted> = {
  'tenant-requests': safe`requests a minute of the tenant`,
  'tenant-tokens': safe`tokens a minute of the tenant`,
  'key-requests': safe`requests a minute of the API key`,
  'user-requests': safe`requests a minute of the end user`,
  'concurrent-runs': safe`concurrent runs of the tenant`,
};

/** Whose limits are asked. */
export interface Limited {
  readonly principal: Principal;
  /** `null`: the one anonymous end user that all requests without a name share. */
  readonly userId: string | null;
}

export interface NamedBucket {
  readonly limit: LimitName;
  readonly bucket: Bucket;
}

/** Limits of requests and of tokens, by name; those that are not set are left out. */
export const bucketsOf = ({ principal, userId }: Limited): { requests: NamedBucket[]; tokens: NamedBucket | null } => {
  const { tenant, tenantId, keyId, keyLimits } = principal;
  const named = (limit: LimitName, key: string, permitsPerMinute: number | null): NamedBucket[] =>
    permitsPerMinute === null ? [] : [{ limit, bucket: { key, permitsPerMinute } }];
  const [tokens = null] = named('tenant-tokens', `tenant#${tenantId}#tokens`, tenant.tokensPerMinute);
  return {
    requests: [
      ...named('tenant-requests', `tenant#${tenantId}#requests`, tenant.requestsPerMinute),
      ...named('key-requests', `key#${tenantId}#${keyId}#requests`, keyLimits.requestsPerMinute),
      ...named('user-requests', `user#${tenantId}#${userHashOf(userId)}#requests`, tenant.userRequestsPerMinute),
    ],
    tokens,
  };
};

/**
 * A limit of 0, which lets nothing pass however long one waits; `null`: none of them is. Limits in shadow mode are
 * never closed.
 */
export const closedLimit = (limited: Limited): LimitName | null => {
  const { maxConcurrentRuns, shadow } = limited.principal.tenant;
  if (shadow.includes('rate')) return null;
  const { requests, tokens } = bucketsOf(limited);
  const closed = [...requests, ...(tokens === null ? [] : [tokens])].find(({ bucket }) => bucket.permitsPerMinute <= 0);
  if (closed !== undefined) return closed.limit;
  return maxConcurrentRuns !== null && maxConcurrentRuns <= 0 ? 'concurrent-runs' : null;
};

/** Waiting does not help here, so nothing says when to come back. */
export const limitClosed = (limit: LimitName): AppError =>
  new AppError('forbidden', safe`The limit of ${LIMIT_NAMES[limit]} is 0: nothing is let through until it is raised.`, {
    figures: { limit: '0', used: '0', reserved: '0', asked: '1' },
  });
