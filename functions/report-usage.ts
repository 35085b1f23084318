import middy from '@middy/core';
import { type UsageParts, usageRoutes } from '../lib/api/routes/usage-routes.ts';
import { accountingOf } from '../lib/app/accounting.ts';
import { type App, app } from '../lib/app/app.ts';
import { createUserNames } from '../lib/end-users/names.ts';
import { authenticated } from '../lib/middleware/authenticated.ts';
import { observed, type ObservedOptions } from '../lib/middleware/observed.ts';
import { problemJson } from '../lib/middleware/problem-json.ts';
import { answered, routed } from '../lib/middleware/routed.ts';

export type ReportUsageParts = ObservedOptions & Pick<App, 'authenticator'> & UsageParts;

/** GET /usage and /usage/budget: what the caller's own tenant used; GET /admin/usage: what all tenants used. */
export const reportUsage = (parts: ReportUsageParts) =>
  middy(observed(parts, 'report-usage'))
    .use(problemJson())
    .use(routed(usageRoutes(parts)))
    .use(
      authenticated(parts.authenticator, ({ resource }) => (resource.startsWith('/admin/') ? 'admin' : 'usage:read')),
    )
    .handler(answered);

const { reports, gatewayCalls, view, viewGroups, viewStage } = accountingOf(app);
const budgets = { view, viewGroups, viewStage };
const userNames = createUserNames({ ...app, table: app.core.stores.ledger });

export const handler = reportUsage({ ...app, reports, gatewayCalls, budgets, userNames });
