import * as z from 'zod/mini';
import { SCOPES } from '../kernel/forms/scopes.ts';
import { formatUsd, parseUsd } from '../kernel/money.ts';
import { safe } from '../kernel/redacted.ts';
import { budgetUsd, displayName, limit, perMinute, says } from './field-schemas.ts';
import type { ApiKey } from './types.ts';

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/;

/** Epoch milliseconds of an instant in UTC; NaN for what is none, such as the 30th of February, which `Date` would bend. */
const instant = (text: string): number => {
  const at = INSTANT.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) || !new Date(at).toISOString().startsWith(text.slice(0, 10)) ? NaN : at;
};

/** The body of `POST /admin/tenants/{tenantId}/keys`. A key that has expired at `now` (epoch milliseconds) is refused. */
export const keyRequestSchema = (now: () => number) =>
  z.strictObject({
    name: displayName,
    scopes: z.optional(z.array(z.enum(SCOPES)).check(z.minLength(1), z.maxLength(SCOPES.length))),
    expiresAt: limit(
      z
        .string()
        .check(z.refine((text) => instant(text) > now(), says(safe`must be an instant in UTC that is yet to come`)))
        .register(z.globalRegistry, { format: 'date-time' }),
    ),
    requestsPerMinute: perMinute,
    dailyBudgetUsd: budgetUsd,
  });

export type KeyRequest = z.output<ReturnType<typeof keyRequestSchema>>;

/** What an administrator decides of a key. */
export type KeySettings = Pick<ApiKey, 'name' | 'scopes' | 'expiresAt' | 'requestsPerMinute' | 'dailyBudgetUsd'>;

/** The whole settings that a request means: unless it says so, a key may do all but administer, and lasts. */
export const keySettingsOf = ({ name, scopes, ...request }: KeyRequest): KeySettings => ({
  name,
  scopes: SCOPES.filter((scope) => (scopes === undefined ? scope !== 'admin' : scopes.includes(scope))),
  expiresAt: typeof request.expiresAt === 'string' ? instant(request.expiresAt) : null,
  requestsPerMinute: request.requestsPerMinute ?? null,
  dailyBudgetUsd: typeof request.dailyBudgetUsd === 'string' ? formatUsd(parseUsd(request.dailyBudgetUsd)) : null,
});
