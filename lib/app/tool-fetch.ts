import { lookup } from 'node:dns/promises';
import { boundFetch } from '../agent/tools/bound-fetch.ts';
import type { Config } from '../config.ts';
import { createGuardedFetch } from '../egress/guarded-fetch.ts';
import type { TraceContext } from '../kernel/ids/trace-context.ts';
import { toolOrigins } from './settings.ts';

/** What tools fetch by, loaded with the first that does. */
export const toolFetch = (config: Config, currentTrace: () => TraceContext | undefined) =>
  boundFetch({
    fetch: createGuardedFetch({ lookup: (host) => lookup(host, { all: true, order: 'verbatim' }) }),
    overrides: toolOrigins(config),
    stage: config.STAGE,
    currentTrace,
  });
