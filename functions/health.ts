import middy from '@middy/core';
import { type App, app } from '../lib/app/app.ts';
import { supervisionOf } from '../lib/app/supervision.ts';
import type { Health } from '../lib/health/health.ts';
import { jsonResponse } from '../lib/http/response/json-response.ts';
import { allowedMethods } from '../lib/middleware/allowed-methods.ts';
import { type Observed, observed, type ObservedOptions } from '../lib/middleware/observed.ts';
import { problemJson } from '../lib/middleware/problem-json.ts';

type Parts = ObservedOptions & Pick<App, 'config'> & { readonly health: Health };

/** GET /health: how the dependencies are; GET /health/live: that this function runs. Neither needs a credential. */
export const health = (parts: Parts) =>
  middy(observed(parts, 'health'))
    .use(problemJson())
    .use(allowedMethods('GET'))
    .handler(async ({ resource }: Observed) => {
      if (resource.endsWith('/live')) return jsonResponse({ status: 'healthy', version: parts.config.BALLAST_VERSION });
      const report = await parts.health.report();
      return jsonResponse(report, report.status === 'unhealthy' ? 503 : 200);
    });

export const handler = health({ ...app, health: supervisionOf(app).health });
