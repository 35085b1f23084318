import middy from '@middy/core';
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse';
import { loadPages } from '#pages';
import { app } from '../lib/app/app.ts';
import { pageResponse, type Pages } from '../lib/http/response/page.ts';
import { type Observed, observed, type ObservedOptions } from '../lib/middleware/observed.ts';
import { problemJson } from '../lib/middleware/problem-json.ts';
import { answered, routed } from '../lib/middleware/routed.ts';

type Parts = ObservedOptions & { readonly loadPages: () => Promise<Pages> };

/** GET /console and GET /docs: pages that call this API with the key of whoever looks at them. They have no right of their own. */
export const pages = (parts: Parts) =>
  middy({ ...observed(parts, 'console'), executionMode: executionModeStreamifyResponse })
    .use(problemJson())
    .use(
      routed<Observed>({
        '/console': { GET: async (event) => pageResponse((await parts.loadPages()).console, event) },
        '/docs': { GET: async (event) => pageResponse((await parts.loadPages()).docs, event) },
      }),
    )
    .handler(answered);

export const handler = pages({ ...app, loadPages });
