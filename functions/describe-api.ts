import middy from '@middy/core';
import { openApi } from '../lib/api/openapi.ts';
import { app, type App } from '../lib/app.ts';
import { jsonResponse } from '../lib/http/json-response.ts';
import { allowedMethods } from '../lib/middleware/allowed-methods.ts';
import { observed, type ObservedOptions } from '../lib/middleware/observed.ts';
import { problemJson } from '../lib/middleware/problem-json.ts';

type Parts = ObservedOptions & Pick<App, 'config'>;

/** GET /openapi.json: this API, described. */
export const describeApi = (parts: Parts) =>
  middy(observed(parts, 'describe-api'))
    .use(problemJson())
    .use(allowedMethods('GET'))
    .handler(() => jsonResponse(openApi(parts.config.BALLAST_VERSION, parts.config.RUN_TIMEOUT_MS)));

export const handler = describeApi(app);
