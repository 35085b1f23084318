import middy from '@middy/core';
import type { Administration } from '../lib/administration/administration.ts';
import { adminRoutes } from '../lib/api/routes/admin-routes.ts';
import { administrationOf } from '../lib/app/administration.ts';
import { type App, app } from '../lib/app/app.ts';
import { defaultBudgetsOf } from '../lib/app/settings.ts';
import { authenticated } from '../lib/middleware/authenticated.ts';
import { observed, type ObservedOptions } from '../lib/middleware/observed.ts';
import { problemJson } from '../lib/middleware/problem-json.ts';
import { answered, routed } from '../lib/middleware/routed.ts';
import type { DefaultBudgets } from '../lib/tenants/settings-schema.ts';

type Parts = ObservedOptions &
  Pick<App, 'authenticator'> & {
    readonly administration: Administration;
    readonly defaultBudgets?: DefaultBudgets;
  };

/** The routes under `/admin` but `/admin/usage`, for keys with the scope `admin`. */
export const admin = (parts: Parts) =>
  middy(observed(parts, 'admin'))
    .use(problemJson())
    .use(routed(adminRoutes(parts.administration, parts.clock, parts.defaultBudgets)))
    .use(authenticated(parts.authenticator, 'admin'))
    .handler(answered);

export const handler = admin({
  ...app,
  administration: administrationOf(app),
  defaultBudgets: defaultBudgetsOf(app.config),
});
