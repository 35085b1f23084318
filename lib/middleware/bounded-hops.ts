import type { MiddlewareObj } from '@middy/core';
import { checkHops } from '../http/hops.ts';
import type { HttpEvent } from '../http/types.ts';

/** Refuses a request that has passed more other Ballasts than that, before anything is done for it. */
export const boundedHops = (maxHops: number): MiddlewareObj<HttpEvent> => ({
  before: ({ event }) => checkHops(event, maxHops),
});
