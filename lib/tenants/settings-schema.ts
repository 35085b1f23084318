import * as z from 'zod/mini';
import { isProtectedUrl } from '../kernel/forms/origins.ts';
import { formatUsd, parseUsd } from '../kernel/money.ts';
import { safe } from '../kernel/redacted.ts';
import { REDACTION_CLASSES } from '../redaction/classes.ts';
import { budgetUsd, displayName, limit, perMinute, reference, says } from './field-schemas.ts';
import { SHADOWS, type TenantSettings, UNLIMITED } from './types.ts';

const MAX_LIST = 100;
/** All names in `fallbackModels` together: a change, audited with what was before, still fits into an item of 400 KB. */
const MAX_FALLBACK_NAMES = 200;
const MAX_URL_CHARS = 2_048;
const THIRTY_DAYS_SECONDS = 2_592_000;
/** More would make each look at all of them dearer than what they spare. */
const MAX_BUDGET_SHARDS = 16;

const names = z.array(reference).check(z.maxLength(MAX_LIST));

const fallbackModels = z
  .record(reference, names)
  .check(
    z.refine((chains) => Object.keys(chains).length <= MAX_LIST, says(safe`must be at most ${MAX_LIST} models`)),
    z.refine(
      (chains) => Object.values(chains).flat().length <= MAX_FALLBACK_NAMES,
      says(safe`must be at most ${MAX_FALLBACK_NAMES} names in all`),
    ),
  )
  .register(z.globalRegistry, { maxProperties: MAX_LIST });

// Settings are shown and audited, so an address holds no credentials.
const isWebhookUrl = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && isProtectedUrl(text) && url.username === '' && url.password === '';
};
const webhookUrl = z
  .string()
  .check(z.maxLength(MAX_URL_CHARS), z.refine(isWebhookUrl, says(safe`must be an https URL without credentials`)))
  .register(z.globalRegistry, { format: 'uri' });

/** The body of `PUT /admin/tenants/{tenantId}`: everything optional, `null` for no limit. Unknown fields are refused. */
export const settingsSchema = z.strictObject({
  name: limit(displayName),
  status: z.optional(z.enum(['active', 'suspended'])),
  requestsPerMinute: perMinute,
  tokensPerMinute: perMinute,
  maxConcurrentRuns: limit(z.int().check(z.minimum(0), z.maximum(1_000))),
  userRequestsPerMinute: perMinute,
  dailyBudgetUsd: budgetUsd,
  monthlyBudgetUsd: budgetUsd,
  userDailyBudgetUsd: budgetUsd,
  sessionBudgetUsd: budgetUsd,
  budgetShards: limit(z.int().check(z.minimum(2), z.maximum(MAX_BUDGET_SHARDS))),
  allowedModels: limit(names),
  allowedAgents: limit(names),
  allowedTools: limit(names),
  fallbackModels: limit(fallbackModels),
  maxModelCalls: limit(z.int().check(z.minimum(1), z.maximum(100))),
  maxRetries: limit(z.int().check(z.minimum(0), z.maximum(10))),
  cacheTtlSeconds: limit(z.int().check(z.minimum(0), z.maximum(THIRTY_DAYS_SECONDS))),
  allowUnboundedFeatures: z.optional(z.boolean()),
  redactOutput: z.optional(z.boolean()),
  redact: limit(z.array(z.enum(REDACTION_CLASSES)).check(z.minLength(1), z.maxLength(REDACTION_CLASSES.length))),
  webhookUrl: limit(webhookUrl),
  shadow: limit(z.array(z.enum(SHADOWS)).check(z.maxLength(SHADOWS.length))),
} satisfies Record<keyof TenantSettings, z.ZodMiniType>);

export type SettingsRequest = z.output<typeof settingsSchema>;

/** What the stage gives a tenant for which nobody has named a budget; `null`: no limit. Decimal US dollars. */
export type DefaultBudgets = Pick<TenantSettings, 'dailyBudgetUsd' | 'monthlyBudgetUsd'>;

const NO_BUDGETS: DefaultBudgets = { dailyBudgetUsd: null, monthlyBudgetUsd: null };

const plain = (amount: string | null | undefined): string | null =>
  amount === null || amount === undefined ? null : formatUsd(parseUsd(amount));

/** The settings that a request names, and no others; `null` is the default. */
export const namedSettings = (request: SettingsRequest, tenantId: string): Partial<TenantSettings> => {
  const whole = Object.entries(settingsOf(request, tenantId));
  return Object.fromEntries(whole.filter(([name]) => request[name as keyof SettingsRequest] !== undefined));
};

/**
 * The whole settings that a request means: defaults where it says nothing, money without needless zeros. `null` for a budget is
 * no limit, whatever the stage's default.
 */
export const settingsOf = (
  request: SettingsRequest,
  tenantId: string,
  budgets: DefaultBudgets = NO_BUDGETS,
): TenantSettings => ({
  name: request.name ?? tenantId,
  status: request.status ?? UNLIMITED.status,
  requestsPerMinute: request.requestsPerMinute ?? null,
  tokensPerMinute: request.tokensPerMinute ?? null,
  maxConcurrentRuns: request.maxConcurrentRuns ?? null,
  userRequestsPerMinute: request.userRequestsPerMinute ?? null,
  dailyBudgetUsd: plain(request.dailyBudgetUsd === undefined ? budgets.dailyBudgetUsd : request.dailyBudgetUsd),
  monthlyBudgetUsd: plain(request.monthlyBudgetUsd === undefined ? budgets.monthlyBudgetUsd : request.monthlyBudgetUsd),
  userDailyBudgetUsd: plain(request.userDailyBudgetUsd),
  sessionBudgetUsd: plain(request.sessionBudgetUsd),
  budgetShards: request.budgetShards ?? null,
  allowedModels: request.allowedModels ?? null,
  allowedAgents: request.allowedAgents ?? null,
  allowedTools: request.allowedTools ?? null,
  fallbackModels: request.fallbackModels ?? null,
  maxModelCalls: request.maxModelCalls ?? null,
  maxRetries: request.maxRetries ?? null,
  cacheTtlSeconds: request.cacheTtlSeconds ?? null,
  allowUnboundedFeatures: request.allowUnboundedFeatures ?? UNLIMITED.allowUnboundedFeatures,
  redactOutput: request.redactOutput ?? UNLIMITED.redactOutput,
  redact: request.redact ? REDACTION_CLASSES.filter((name) => request.redact?.includes(name)) : null,
  webhookUrl: request.webhookUrl ?? null,
  shadow: SHADOWS.filter((guard) => request.shadow?.includes(guard)),
});
