import type { CircuitOptions } from '../circuit-breaker/options.ts';
import type { Config } from '../config.ts';
import type { StreamLimits } from '../model-call/attempt/stream-timeouts.ts';
import type { RetryOptions } from '../retry/decision.ts';
import type { DefaultBudgets } from '../tenants/settings-schema.ts';

/** By how much the lease of a circuit's probe outlives the longest wait for its first content. */
const PROBE_LEASE_MARGIN_MS = 5_000;

/** The configuration in the words of those who need it. */
export const circuitSettings = (config: Config): CircuitOptions => ({
  failureThreshold: config.CIRCUIT_FAILURE_THRESHOLD,
  failureRatio: config.CIRCUIT_FAILURE_RATIO,
  failureWindowMs: config.CIRCUIT_FAILURE_WINDOW_MS,
  breakDurationMs: config.CIRCUIT_BREAK_DURATION_MS,
  successThreshold: config.CIRCUIT_SUCCESS_THRESHOLD,
  probeLeaseMs: config.FIRST_TOKEN_TIMEOUT_MS + PROBE_LEASE_MARGIN_MS,
});

export const retrySettings = (config: Config): RetryOptions => ({
  maxRetries: config.MAX_RETRIES,
  baseDelayMs: config.RETRY_BASE_DELAY_MS,
  maxDelayMs: config.RETRY_MAX_DELAY_MS,
});

export const streamSettings = (config: Config): StreamLimits => ({
  firstContentMs: config.FIRST_TOKEN_TIMEOUT_MS,
  idleMs: config.STREAM_IDLE_TIMEOUT_MS,
});

/** By how much a function outlives the deadline of its run or call; `serverless.yml` says the same. */
export const FUNCTION_MARGIN_MS = 20_000;

/** No model call is under way for longer than this. */
export const longestCallMs = ({ RUN_TIMEOUT_MS, STREAM_TIMEOUT_MS }: Config): number =>
  Math.max(RUN_TIMEOUT_MS, STREAM_TIMEOUT_MS);

/** Where Open-Meteo lives; `OPEN_METEO_BASE_URL` replaces both. */
const OPEN_METEO = ['https://api.open-meteo.com', 'https://geocoding-api.open-meteo.com'];

/** Origins that tools ask, by what is asked in their place. */
export const toolOrigins = ({ OPEN_METEO_BASE_URL: base }: Config): ReadonlyMap<string, string> =>
  new Map(base === undefined ? [] : OPEN_METEO.map((origin) => [origin, base]));

/** What a new tenant may spend where nobody says so. */
export const defaultBudgetsOf = ({
  TENANT_DAILY_BUDGET_USD: day,
  TENANT_MONTHLY_BUDGET_USD: month,
}: Config): DefaultBudgets => ({ dailyBudgetUsd: day ?? null, monthlyBudgetUsd: month ?? null });
