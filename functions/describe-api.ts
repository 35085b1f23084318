import middy from '@middy/core';
import { withAnswerExamples } from '../lib/api/answer-examples.ts';
import { openApi } from '../lib/api/openapi.ts';
import { startPage, toConsole, wantsPage } from '../lib/api/start-page.ts';
import { type App, app } from '../lib/app/app.ts';
import { jsonResponse } from '../lib/http/response/json-response.ts';
import { observed, type ObservedOptions } from '../lib/middleware/observed.ts';
import { problemJson } from '../lib/middleware/problem-json.ts';
import { answered, routed } from '../lib/middleware/routed.ts';

type Parts = ObservedOptions & Pick<App, 'config'>;

/** GET /openapi.json: this API, described. GET /: where to begin, which is the console for a browser. */
export const describeApi = (parts: Parts) => {
  const facts = [parts.config.BALLAST_VERSION, parts.config.RUN_TIMEOUT_MS] as const;
  const claude = parts.config.SIMULATED_CLAUDE === 'true' ? 'simulated' : 'real';
  return middy(observed(parts, 'describe-api'))
    .use(problemJson())
    .use(
      routed({
        '/': {
          GET: (event) => (wantsPage(event) ? toConsole(event) : jsonResponse(startPage(...facts, claude, event))),
        },
        '/openapi.json': { GET: async () => jsonResponse(await withAnswerExamples(openApi(...facts))) },
      }),
    )
    .handler(answered);
};

export const handler = describeApi(app);
