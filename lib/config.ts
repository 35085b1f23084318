import * as z from 'zod/mini';
import { areHostPatterns, hostPatternsIn, isLoopbackHost } from './kernel/forms/host-patterns.ts';
import { isModelMap } from './kernel/forms/model-map.ts';
import { areOrigins, isProtectedUrl } from './kernel/forms/origins.ts';
import { areScopes, SCOPES } from './kernel/forms/scopes.ts';
import { USD_WORDS } from './kernel/forms/usd.ts';
import { isUsd } from './kernel/money.ts';

const milliseconds = (fallback: number, least = 1) =>
  z._default(z.coerce.number().check(z.int(), z.minimum(least), z.maximum(900_000)), fallback);
const count = (fallback: number) =>
  z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(10_000)), fallback);
const name = (fallback: string) => z._default(z.string().check(z.minLength(1), z.maxLength(255)), fallback);
const text = () => z.optional(z.string().check(z.minLength(1), z.maxLength(255)));
const usd = () => z.optional(z.string().check(z.refine(isUsd, USD_WORDS)));
const url = (fallback: string) => z._default(z.url({ protocol: /^https?$/ }), fallback);

/** Every variable the functions read, with its bounds and default; `docs` lists them from here. */
export const ConfigSchema = z.object({
  STAGE: name('local'),
  BALLAST_VERSION: name('0.0.0'),
  CONTROL_TABLE: name('ballast-local-control'),
  LEDGER_TABLE: name('ballast-local-ledger'),
  RUNS_TABLE: name('ballast-local-runs'),
  ANTHROPIC_SECRET_ID: name('ballast/local/anthropic'),
  ALERTS_SECRET_ID: name('ballast/local/alerts'),
  NOTICE_TOPIC: text(),
  COMPOSITE_ALARMS: z._default(z.enum(['true', 'false']), 'true'),
  UNMADE_ALARMS: z._default(z.string().check(z.maxLength(1_000)), ''),
  TOOL_SECRETS_PREFIX: name('ballast/local/tools/'),
  WEBHOOK_SECRET_ID: name('ballast/local/webhooks'),
  WEBHOOK_HOSTS: z._default(
    z
      .string()
      .check(
        z.refine(areHostPatterns, 'names of hosts such as hooks.example.com or *.example.com, separated by commas'),
      ),
    '',
  ),
  JWT_ISSUER: text(),
  JWT_AUDIENCE: text(),
  JWT_JWKS_URL: z.optional(z.string().check(z.refine(isProtectedUrl, 'an https URL, or an http one of this machine'))),
  JWT_TENANT_CLAIM: name('tenant'),
  JWT_SCOPE_CLAIM: name('scope'),
  JWT_SCOPES: z._default(
    z.string().check(z.refine(areScopes, `scopes separated by commas, of ${SCOPES.join(' ')}`)),
    SCOPES.filter((scope) => scope !== 'admin').join(','),
  ),
  JWT_SECRET_ID: name('ballast/local/jwt'),
  CORS_ORIGINS: z._default(
    z.string().check(z.refine(areOrigins, 'origins such as https://app.example, separated by commas')),
    '',
  ),
  STAGE_DAILY_BUDGET_USD: usd(),
  TENANT_DAILY_BUDGET_USD: usd(),
  TENANT_MONTHLY_BUDGET_USD: usd(),
  MAX_HOPS: z._default(z.coerce.number().check(z.int(), z.minimum(0), z.maximum(100)), 0),
  ANTHROPIC_BASE_URL: url('https://api.anthropic.com'),
  REFUSE_PAID_CALLS: z._default(z.enum(['true', 'false']), 'false'),
  SIMULATED_CLAUDE: z._default(z.enum(['true', 'false']), 'false'),
  OPEN_METEO_BASE_URL: z.optional(z.url({ protocol: /^https?$/ })),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.optional(z.url({ protocol: /^https?$/ })),
  OTEL_SEMCONV_STABILITY_OPT_IN: z._default(z.string().check(z.maxLength(255)), ''),
  TRACE_CONTENT: z._default(z.enum(['off', 'redacted']), 'off'),
  OTLP_SECRET_ID: name('ballast/local/otlp'),
  MODEL_PRICES: z.optional(z.string()),
  MODEL_PRICES_AS_OF: z.optional(
    z.string().check(z.refine((text) => /^\d{4}-(?:0[1-9]|1[0-2])$/.test(text), 'a month such as 2026-11')),
  ),
  AGENT_MODELS: z._default(
    z
      .string()
      .check(z.refine(isModelMap, 'a model, or pairs as claude-opus-5-5=claude-haiku-5-5, separated by commas')),
    '',
  ),
  HEALTH_INTERVAL_MINUTES: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(60)), 1),
  LOG_LEVEL: z._default(z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']), 'INFO'),
  LOG_SHARE: z._default(z.coerce.number().check(z.minimum(0), z.maximum(1)), 1),
  LOG_FORMAT: z._default(z.enum(['json', 'pretty']), 'json'),
  MAX_RETRIES: z._default(z.coerce.number().check(z.int(), z.minimum(0), z.maximum(10)), 3),
  RETRY_BASE_DELAY_MS: milliseconds(500, 0),
  RETRY_MAX_DELAY_MS: milliseconds(20_000, 0),
  FIRST_TOKEN_TIMEOUT_MS: milliseconds(30_000),
  STREAM_IDLE_TIMEOUT_MS: milliseconds(300_000),
  CIRCUIT_FAILURE_THRESHOLD: count(5),
  CIRCUIT_FAILURE_RATIO: z._default(z.coerce.number().check(z.minimum(0.01), z.maximum(1)), 0.5),
  CIRCUIT_FAILURE_WINDOW_MS: milliseconds(60_000),
  CIRCUIT_BREAK_DURATION_MS: milliseconds(60_000),
  CIRCUIT_SUCCESS_THRESHOLD: count(2),
  EXECUTE_RUN_FUNCTION: name('ballast-local-execute-run:durable'),
  RUN_WAIT_MS: z._default(z.coerce.number().check(z.int(), z.minimum(1_000), z.maximum(30 * 86_400_000)), 604_800_000),
  RUN_STUCK_MS: z._default(z.coerce.number().check(z.int(), z.minimum(60_000), z.maximum(86_400_000)), 1_800_000),
  CONTENT_RETENTION: z._default(z.enum(['none', 'run']), 'none'),
  RUN_TIMEOUT_MS: milliseconds(120_000, 1_000),
  STREAM_TIMEOUT_MS: milliseconds(840_000, 1_000),
  CACHE_TTL_SECONDS: z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(2_592_000)), 300),
});

export type Config = z.infer<typeof ConfigSchema>;

/**
 * Reads the configuration once, at cold start. An empty variable, or one of blanks alone, counts as not set.
 * Throws one Error that names every wrong variable at once, without its value.
 */
export const loadConfig = (env: Readonly<Record<string, string | undefined>>): Config => {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const parsed = ConfigSchema.safeParse(set);
  const wrong = [
    ...(parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')} (${bound(issue)})`),
    ...missing(set),
    ...(parsed.success ? misplaced(parsed.data) : []),
  ];
  if (parsed.success && wrong.length === 0) return parsed.data;
  throw new Error(`These variables are wrong: ${wrong.join(', ')}.`);
};

/** Whoever names this machine where functions are deployed would let tenants speak to what runs beside them. */
const misplaced = ({ STAGE, WEBHOOK_HOSTS }: Pick<Config, 'STAGE' | 'WEBHOOK_HOSTS'>): string[] =>
  STAGE !== 'local' && hostPatternsIn(WEBHOOK_HOSTS).some(isLoopbackHost)
    ? ['WEBHOOK_HOSTS (no host of this machine in a stage that is deployed)']
    : [];

/** A token whose issuer or audience nobody checks could be made for another service. */
const missing = (set: Readonly<Record<string, unknown>>): string[] => {
  const taken = ['JWT_ISSUER', 'JWT_AUDIENCE', 'JWT_JWKS_URL'].filter((name) => name in set);
  if (taken.length === 0) return [];
  return ['JWT_ISSUER', 'JWT_AUDIENCE'].flatMap((name) =>
    name in set ? [] : [`${name} (needed beside ${taken.join(' ')})`],
  );
};

const bound = (issue: z.core.$ZodIssue): string => {
  if (issue.code === 'too_small') return `at least ${issue.minimum}`;
  if (issue.code === 'too_big') return `at most ${issue.maximum}`;
  if (issue.code === 'custom') return issue.message;
  if (issue.code === 'invalid_value') return `one of ${issue.values.join(' ')}`;
  return issue.code === 'invalid_format' ? 'an http or https URL' : 'a number of the documented kind';
};
