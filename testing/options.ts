import { type Config, loadConfig } from '../lib/config.ts';
import { describeIssues } from '../lib/http/issues/describe-issue.ts';
import { type RunRequest, runRequestSchema } from '../lib/run/run-request.ts';
import type { Hooks } from '../lib/telemetry/hooks/hook-events.ts';
import { newTenant, type Principal, type TenantSettings } from '../lib/tenants/types.ts';
import type { FakeFetch } from './fake-fetch.ts';

export interface TestRunOptions {
  /** The time at which the run begins: ISO 8601 or epoch milliseconds. Default `2026-11-20T12:00:00Z`. */
  readonly now?: string | number;
  /** Answers the requests of tools. Default: none, and a request is the test's mistake. */
  readonly fetch?: FakeFetch;
  /** Values of the secrets that the agent's tools declare, by name. Default: none, and asking for one is the test's mistake. */
  readonly secrets?: Readonly<Record<string, string>>;
  /**
   * Names of tools that hang, whatever they wait for: time does not stand still for them, and they are stopped at their limit.
   * Default: none.
   */
  readonly hangs?: readonly string[];
  /** Whether a person approves every call that needs it. Default false: a run with such a tool is refused, as by `POST /agent/run`. */
  readonly approves?: boolean;
  /** The tenant's settings, as an administrator gives them. Default: no limits. */
  readonly tenant?: Partial<TenantSettings>;
  /** The stage's settings, such as `MAX_RETRIES`. Default: theirs. */
  readonly settings?: Partial<Config>;
  /** Hooks as `agents/index.ts` may export them, beside the agent's own. Default: none. */
  readonly on?: Hooks;
  /** Aborts where the caller leaves. */
  readonly signal?: AbortSignal;
}

/** A task, or a whole request; the agent is the one under test. */
export type Asked = string | Omit<RunRequest, 'agent'>;

/** When a run begins, unless its test says otherwise. */
export const START = '2026-11-20T12:00:00Z';

/** Epoch milliseconds. Throws a TypeError where it is no time. */
export const timeOf = (now: string | number): number => {
  const at = typeof now === 'number' ? now : Date.parse(now);
  if (!Number.isFinite(at)) throw new TypeError('now is no time: give ISO 8601 or epoch milliseconds.');
  return at;
};

/** The request as `POST /agent/run` would take it. Throws a TypeError that names each wrong field. */
export const requestOf = (asked: Asked, maxTimeoutMs: number): RunRequest => {
  const parsed = runRequestSchema(maxTimeoutMs).safeParse(typeof asked === 'string' ? { task: asked } : asked);
  if (parsed.success) return parsed.data;
  const issues = describeIssues(parsed.error.issues).map(({ path, message }) => `${path} ${message}`);
  throw new TypeError(`The request is not one: ${issues.join('; ')}.`);
};

/** The stage's configuration. Throws an Error that names each wrong setting. */
export const configOf = (settings: Partial<Config>): Config =>
  loadConfig(Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)])));

/** A caller of a tenant with these settings. */
export const principalOf = (settings: Partial<TenantSettings>, now: number): Principal => ({
  tenantId: 'test',
  keyId: 'key',
  scopes: ['runs:write'],
  tenant: newTenant('test', now, settings),
  keyLimits: { requestsPerMinute: null, dailyBudgetUsd: null },
});

/** A byte that differs from call to call, and not from test to test. */
export const countingBytes = () => {
  let calls = 0;
  return (length: number) => new Uint8Array(length).fill((calls += 1));
};
