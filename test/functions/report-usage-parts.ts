import { reportUsage, type ReportUsageParts } from '../../functions/report-usage.ts';
import type { HttpResponse } from '../../lib/http/types.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { createIds } from '../../lib/kernel/ids/ids.ts';
import { ZERO } from '../../lib/kernel/money.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import { createPrettyLog } from '../../lib/telemetry/terminal/pretty-log.ts';
import { newTenant, type Principal, type Tenant } from '../../lib/tenants/types.ts';
import { createMemoryUsageStore } from '../../lib/usage/memory-store.ts';
import { createMemoryToolUsageStore } from '../../lib/usage/memory-tool-store.ts';
import { createGatewayCalls } from '../../lib/usage/reports/gateway-calls.ts';
import { createReports, type ReportsOptions } from '../../lib/usage/reports/reports.ts';
import { createMemoryRollupStore } from '../../lib/usage/reports/rollups/memory-rollup-store.ts';
import { createFakeClock } from '../fake-clock.ts';
import { assertDescribed } from '../openapi/described-fetch.ts';
import { context, httpEvent } from './invoke.ts';

export const TENANTS: readonly Tenant[] = ['acme', 'globex'].map((id) =>
  newTenant(id, Date.parse('2026-10-01T00:00:00.000Z')),
);

/** Keys are `<tenant>` for `usage:read`, `<tenant>-admin` for `admin` alone, `<tenant>-weak` for nothing that helps here. */
const authenticate = async (key: string): Promise<Principal> => {
  const [tenantId, role] = key.split('-');
  const tenant = TENANTS.find((one) => one.tenantId === tenantId);
  if (!tenant) throw new AppError('unauthenticated', safe`The API key is not known or has expired.`);
  const scopes: Principal['scopes'] =
    role === 'admin' ? ['admin'] : role === 'weak' ? ['runs:write', 'runs:read', 'messages:write'] : ['usage:read'];
  const keyLimits = { requestsPerMinute: null, dailyBudgetUsd: null };
  return { tenantId: tenant.tenantId, keyId: 'key-1', scopes, tenant, keyLimits };
};

/** The function over stores in memory, or those given, at noon of 2026-11-20. */
export const usageFunction = (over: Partial<ReportsOptions & ReportUsageParts> = {}) => {
  const usage = createMemoryUsageStore();
  const tools = createMemoryToolUsageStore();
  const rollups = createMemoryRollupStore();
  const clock = createFakeClock();
  const lines: string[] = [];
  const period = {
    limitUsd: null,
    spentUsd: '0',
    reservedUsd: '0',
    remainingUsd: null,
    forecastUsd: null,
    resetsAt: '2026-11-21T00:00:00.000Z',
  };
  const handler = reportUsage({
    clock,
    log: createPrettyLog('DEBUG', clock, (line) => lines.push(line)),
    emit: () => undefined,
    flush: async () => {},
    ids: createIds(clock, (length) => new Uint8Array(length)),
    authenticator: { authenticate },
    reports: createReports({ usage, tools, rollups, ...over }),
    gatewayCalls: createGatewayCalls(usage),
    budgets: {
      view: async () => ({ day: period, month: period }),
      viewStage: async () => null,
      viewGroups: async () => ({
        groups: [{ key: 'key_1', name: null, spent: ZERO, day: period, month: period }],
        last: null,
      }),
    },
    tenants: {
      find: async (id) => TENANTS.find(({ tenantId }) => tenantId === id) ?? null,
      async *list() {
        yield* TENANTS;
      },
    },
    ...over,
  });
  const get = async (target: string, key = 'acme', headers: Readonly<Record<string, string>> = {}, method = 'GET') => {
    const { pathname, searchParams } = new URL(target, 'http://localhost');
    const tenantId = /^\/admin\/tenants\/([^/]*)\/budget$/.exec(pathname)?.[1];
    const event = httpEvent({
      httpMethod: method,
      path: pathname,
      ...(tenantId === undefined ? {} : { resource: '/admin/tenants/{tenantId}/budget', pathParameters: { tenantId } }),
      headers: { 'x-api-key': key, ...headers },
      queryStringParameters: searchParams.size === 0 ? null : Object.fromEntries(searchParams),
      body: null,
    });
    const call = handler as unknown as (event: unknown, context: unknown) => Promise<HttpResponse>;
    const { statusCode: status, headers: told, body } = await call(event, context);
    const text = body as string;
    assertDescribed(event, { status, headers: told, text });
    const json = told['content-type']?.includes('json') ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status, headers: told, text, body: json };
  };
  return { get, usage, tools, rollups, lines };
};
