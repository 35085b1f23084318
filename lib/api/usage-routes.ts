import type { Accounting } from '../claude/accounting.ts';
import { jsonResponse } from '../http/json-response.ts';
import type { Routes } from '../http/routes.ts';
import { header, type HttpEvent } from '../http/types.ts';
import type { Clock } from '../kernel/clock.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import type { Principal, Tenant, TenantDirectory } from '../tenants/types.ts';
import { wantsCsv } from '../usage/csv.ts';
import { reportResponse, TOOL_USAGE, USAGE } from '../usage/report-body.ts';
import { readAdminQuery, readUsageQuery, refuseQuery } from '../usage/report-query.ts';

interface Request extends HttpEvent {
  readonly principal: Principal;
}

export interface UsageParts extends Pick<Accounting, 'reports'> {
  readonly budgets: Pick<Accounting, 'view'>;
  readonly tenants: Pick<TenantDirectory, 'find' | 'list'>;
  readonly clock: Pick<Clock, 'now'>;
}

async function* only(tenants: UsageParts['tenants'], tenantId: string): AsyncIterable<Tenant> {
  const tenant = await tenants.find(tenantId);
  if (!tenant) throw new AppError('not-found', safe`There is no tenant of this id.`);
  yield tenant;
}

const csvWanted = (request: Request): boolean => wantsCsv(header(request, 'accept'));

/** What is told of usage: the caller's own tenant's but under `/admin`, where it is everybody's. */
export const usageRoutes = ({ reports, budgets, tenants, clock }: UsageParts): Routes<Request> => ({
  '/usage': {
    GET: async (request) => {
      const { tenant } = request.principal;
      const now = clock.now();
      const csv = csvWanted(request);
      const { range, groupBy, ...paging } = readUsageQuery(request.queryStringParameters, now, csv);
      return groupBy === 'tool'
        ? reportResponse(await reports.tools(tenant, range, now), TOOL_USAGE, { ...paging, csv })
        : reportResponse(await reports.usage(tenant, range, groupBy, now), USAGE, { ...paging, csv });
    },
  },
  '/usage/budget': {
    GET: async ({ principal, queryStringParameters }) => {
      refuseQuery(queryStringParameters);
      return jsonResponse(await budgets.view(principal.tenant, clock.now()));
    },
  },
  '/admin/usage': {
    GET: async (request) => {
      const now = clock.now();
      const csv = csvWanted(request);
      const { range, groupBy, tenant, ...paging } = readAdminQuery(request.queryStringParameters, now, csv);
      const asked = tenant === null ? tenants.list() : only(tenants, tenant);
      return reportResponse(await reports.across(asked, range, groupBy, now), USAGE, { ...paging, csv });
    },
  },
});
