import middy from '@middy/core';
import { expect, it } from 'vitest';
import { createIds } from '../../lib/kernel/ids/ids.ts';
import { observed } from '../../lib/middleware/observed.ts';
import { observedEvent, observedInvocation } from '../../lib/middleware/observed-event.ts';
import { createFakeClock } from '../fake-clock.ts';
import { httpEvent } from '../functions/invoke.ts';

/*
 * The platform keeps a function until its event loop is empty, unless it is told not to: what a tool leaves open would be
 * paid for until the timeout.
 */

const silent = () => undefined;
const log = { debug: silent, info: silent, warn: silent, error: silent };
const clock = createFakeClock();
const parts = { log, clock, emit: silent, flush: async () => {}, ids: createIds(clock, (n) => new Uint8Array(n)) };
const held = () => ({ callbackWaitsForEmptyEventLoop: true, getRemainingTimeInMillis: () => 10_000 });

/** Whether the platform waits, as it is when the function's own code runs. */
const inside = { waits: true };
const note = (context: unknown) => {
  inside.waits = (context as ReturnType<typeof held>).callbackWaitsForEmptyEventLoop;
};

it.each<[string, (context: object) => Promise<unknown>]>([
  [
    'a request',
    async (context) => {
      const handler = middy(observed(parts, 'run-agent')).handler(async (_event: unknown, given: unknown) => {
        note(given);
        return { statusCode: 204, headers: {}, body: '' };
      });
      await (handler as (...call: unknown[]) => Promise<unknown>)(httpEvent(), context);
    },
  ],
  [
    'a run’s worker',
    (context) => observedInvocation(parts, 'execute-run', async (_e, given) => note(given))({}, context),
  ],
  ['an event', (context) => observedEvent(parts, 'sweep-runs', async () => note(context))({}, context)],
])('a function that is called with %s ends with its answer, whatever was left open', async (_what, call) => {
  inside.waits = true;
  const context = held();
  await call(context);
  expect([inside.waits, context.callbackWaitsForEmptyEventLoop]).toEqual([false, false]);
});
