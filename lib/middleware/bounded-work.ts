import type { MiddlewareObj } from '@middy/core';
import { type RunLimits, runLimits } from '../http/run-limits.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Shutdown } from '../kernel/shutdown.ts';
import type { Observed } from './observed.ts';

export interface Bounded extends RunLimits {
  /** How long the client has waited before the work began, in milliseconds. */
  readonly waitedMs: number;
}

interface Parts {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** Default: nobody ends the process. */
  readonly shutdown?: Pick<Shutdown, 'signal'> | undefined;
}

/**
 * Hands on how long the work of a request may take, and what ends it early. Innermost: what waiting for a claim has taken
 * is gone. A request with a claim goes on without its client, who can come back for the answer, but not beyond the end of its process.
 */
export const boundedWork = <Event extends Observed & { readonly claim?: object | null }>(
  { clock, shutdown }: Parts,
  stageMs: (event: Event) => number,
): MiddlewareObj<Event & Bounded> => ({
  before: (request) => {
    const { event, context } = request;
    const waitedMs = clock.monotonicMs() - event.startedMs;
    const endsWithClient = (event.claim ?? null) === null;
    const limits = runLimits(context, stageMs(event), waitedMs, endsWithClient, shutdown?.signal);
    request.event = { ...event, waitedMs, ...limits };
  },
});
