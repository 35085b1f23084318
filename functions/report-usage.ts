import middy from '@middy/core';
import { app, type App } from '../lib/app.ts';
import { accountingOf } from '../lib/assembly/accounting.ts';
import { jsonResponse } from '../lib/http/json-response.ts';
import { header, type HttpEvent } from '../lib/http/types.ts';
import { AppError } from '../lib/kernel/errors.ts';
import { safe } from '../lib/kernel/redacted.ts';
import { allowedMethods } from '../lib/middleware/allowed-methods.ts';
import { authenticated, type Authenticated } from '../lib/middleware/authenticated.ts';
import { observed, type Observed, type ObservedOptions } from '../lib/middleware/observed.ts';
import { problemJson } from '../lib/middleware/problem-json.ts';
import type { Tenant, TenantDirectory } from '../lib/tenants/types.ts';
import { wantsCsv } from '../lib/usage/csv.ts';
import { reportResponse, TOOL_USAGE, USAGE } from '../lib/usage/report-body.ts';
import { readAdminQuery, readUsageQuery, refuseQuery } from '../lib/usage/report-query.ts';
import type { Reports } from '../lib/usage/reports.ts';

/** One budget of a tenant as it stands; money in decimal US dollars, `null`: no limit. */
export interface BudgetPeriod {
  readonly limitUsd: string | null;
  readonly spentUsd: string;
  readonly reservedUsd: string;
  readonly remainingUsd: string | null;
  /** ISO 8601 UTC. */
  readonly resetsAt: string;
}

export interface BudgetViews {
  readonly view: (tenant: Tenant, now: number) => Promise<{ readonly day: BudgetPeriod; readonly month: BudgetPeriod }>;
}

export type ReportUsageParts = ObservedOptions &
  Pick<App, 'authenticator'> & {
    readonly reports: Reports;
    readonly budgets: BudgetViews;
    readonly tenants: Pick<TenantDirectory, 'find' | 'list'>;
  };

type Request = Observed & Authenticated;

const askedFor = (tenants: ReportUsageParts['tenants'], tenantId: string | null): AsyncIterable<Tenant> => {
  if (tenantId === null) return tenants.list();
  return (async function* () {
    const tenant = await tenants.find(tenantId);
    if (!tenant) throw new AppError('not-found', safe`There is no tenant of this id.`);
    yield tenant;
  })();
};

const csvWanted = (event: HttpEvent): boolean => wantsCsv(header(event, 'accept'));

const own =
  ({ reports, budgets, clock }: ReportUsageParts) =>
  async (event: Request) => {
    const { principal, path, queryStringParameters: query } = event;
    const now = clock.now();
    if (path.endsWith('/budget')) {
      refuseQuery(query);
      return jsonResponse(await budgets.view(principal.tenant, now));
    }
    const csv = csvWanted(event);
    const { range, groupBy, ...paging } = readUsageQuery(query, now, csv);
    if (groupBy === 'tool')
      return reportResponse(await reports.tools(principal.tenant, range, now), TOOL_USAGE, { ...paging, csv });
    return reportResponse(await reports.usage(principal.tenant, range, groupBy, now), USAGE, { ...paging, csv });
  };

const everybodys =
  ({ reports, tenants, clock }: ReportUsageParts) =>
  async (event: Request) => {
    const now = clock.now();
    const csv = csvWanted(event);
    const { range, groupBy, tenant, ...paging } = readAdminQuery(event.queryStringParameters, now, csv);
    const groups = await reports.across(askedFor(tenants, tenant), range, groupBy, now);
    return reportResponse(groups, USAGE, { ...paging, csv });
  };

/** GET /usage and /usage/budget: what the caller's own tenant used; GET /admin/usage: what all tenants used. */
export const reportUsage = (parts: ReportUsageParts) => {
  const serving = (scope: 'usage:read' | 'admin', answer: ReturnType<typeof own>) =>
    middy(observed(parts, 'report-usage'))
      .use(problemJson())
      .use(allowedMethods('GET'))
      .use(authenticated(parts.authenticator, scope))
      .handler(answer);
  const ofTenant = serving('usage:read', own(parts));
  const ofAll = serving('admin', everybodys(parts));
  return ((event: Request, context: never) =>
    event.path.endsWith('/admin/usage') ? ofAll(event, context) : ofTenant(event, context)) as typeof ofTenant;
};

const { reports, view } = accountingOf(app);

export const handler = reportUsage({ ...app, reports, budgets: { view } });
