import type { Accounting } from '../../accounts/accounting.ts';
import type { UserNames } from '../../end-users/names.ts';
import { jsonResponse } from '../../http/response/json-response.ts';
import type { Routes } from '../../http/routes.ts';
import { header, type HttpEvent } from '../../http/types.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import { safe } from '../../kernel/redacted.ts';
import { checkedTenantId } from '../../tenants/tenant-id.ts';
import type { Principal, Tenant, TenantDirectory } from '../../tenants/types.ts';
import type { Grouping } from '../../usage/reports/cells.ts';
import { wantsCsv } from '../../usage/reports/csv.ts';
import type { Groups } from '../../usage/reports/measure.ts';
import { callView, reportResponse, TOOL_USAGE, USAGE } from '../../usage/reports/report-body.ts';
import { readAdminQuery, readCallsQuery, readUsageQuery } from '../../usage/reports/report-query.ts';
import type { Totals } from '../../usage/reports/totals.ts';
import { withUserNames } from '../../usage/reports/user-names.ts';
import { budgetBody } from './budget-body.ts';

interface Request extends HttpEvent {
  readonly principal: Principal;
}

export interface UsageParts extends Pick<Accounting, 'reports' | 'gatewayCalls'> {
  readonly budgets: Pick<Accounting, 'view' | 'viewGroups' | 'viewStage'>;
  readonly tenants: Pick<TenantDirectory, 'find' | 'list'>;
  /** Default: end users are shown by their pseudonyms. */
  readonly userNames?: Pick<UserNames, 'all' | 'findBooked'>;
  readonly clock: Pick<Clock, 'now'>;
}

const found = async (tenants: UsageParts['tenants'], tenantId: string): Promise<Tenant> => {
  const tenant = await tenants.find(tenantId);
  if (!tenant) throw new AppError('not-found', safe`There is no tenant of this id.`);
  return tenant;
};

async function* only(tenants: UsageParts['tenants'], tenantId: string): AsyncIterable<Tenant> {
  yield await found(tenants, tenantId);
}

const csvWanted = (request: Request): boolean => wantsCsv(header(request, 'accept'));

/** Groups of one tenant as they are shown. */
const named = async (
  { userNames }: UsageParts,
  tenantId: string,
  groups: Groups<Totals>,
  by: Grouping | 'tenant',
): Promise<Groups<Totals>> =>
  userNames === undefined || by === 'tenant' || !by.some((dimension) => dimension === 'user')
    ? groups
    : withUserNames(groups, by, await userNames.all(tenantId));

/** What is told of usage: the caller's own tenant's but under `/admin`, where it is everybody's. */
export const usageRoutes = (parts: UsageParts): Routes<Request> => {
  const { reports, gatewayCalls, tenants, clock } = parts;
  return {
    '/usage': {
      GET: async (request) => {
        const { tenant } = request.principal;
        const now = clock.now();
        const asked = readUsageQuery(request.queryStringParameters, now, csvWanted(request));
        const { range, groupBy } = asked;
        const shown = { ...asked, tenant: tenant.tenantId };
        if (groupBy === 'tool') return reportResponse(await reports.tools(tenant, range, now), TOOL_USAGE, shown);
        const groups = await reports.usage(tenant, range, groupBy, now);
        return reportResponse(await named(parts, tenant.tenantId, groups, groupBy), USAGE, shown);
      },
    },
    '/usage/calls': {
      GET: async ({ principal, queryStringParameters }) => {
        const page = readCallsQuery(queryStringParameters);
        const { calls, nextCursor } = await gatewayCalls(principal.tenantId, page, clock.now());
        const users = new Set(calls.flatMap(({ user }) => user ?? []));
        const names = await parts.userNames?.findBooked(principal.tenantId, users);
        return jsonResponse({ calls: calls.map((call) => callView(call, names)), nextCursor });
      },
    },
    '/usage/budget': {
      GET: async ({ principal, queryStringParameters }) => {
        return jsonResponse(await budgetBody(parts, principal.tenant, queryStringParameters));
      },
    },
    '/admin/tenants/{tenantId}/budget': {
      GET: async ({ pathParameters, queryStringParameters }) => {
        const tenant = await found(tenants, checkedTenantId(pathParameters?.['tenantId'] ?? ''));
        return jsonResponse(await budgetBody(parts, tenant, queryStringParameters));
      },
    },
    '/admin/usage': {
      GET: async (request) => {
        const now = clock.now();
        const asked = readAdminQuery(request.queryStringParameters, now, csvWanted(request));
        const { range, groupBy, tenant } = asked;
        const those = tenant === null ? tenants.list() : only(tenants, tenant);
        const groups = await reports.across(those, range, groupBy, now);
        const shown = tenant === null ? groups : await named(parts, tenant, groups, groupBy);
        const more = asked.csv ? {} : { stageBudget: await parts.budgets.viewStage(now) };
        return reportResponse(shown, USAGE, { ...asked, tenant: tenant ?? '' }, more);
      },
    },
  };
};
