import type { MiddlewareObj } from '@middy/core';
import { type RunLimits, runLimits } from '../http/run-limits.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Observed } from './observed.ts';

export interface Bounded extends RunLimits {
  /** How long the client has waited before the work began, in milliseconds. */
  readonly waitedMs: number;
}

/**
 * Hands on how long the work of a request may take, and what ends it early. Innermost: what waiting for a claim has taken
 * is gone. A request with a claim goes on without its client, who can come back for the answer.
 */
export const boundedWork = <Event extends Observed & { readonly claim?: object | null }>(
  clock: Pick<Clock, 'monotonicMs'>,
  stageMs: (event: Event) => number,
): MiddlewareObj<Event & Bounded> => ({
  before: (request) => {
    const { event, context } = request;
    const waitedMs = clock.monotonicMs() - event.startedMs;
    const endsWithClient = (event.claim ?? null) === null;
    request.event = { ...event, waitedMs, ...runLimits(context, stageMs(event), waitedMs, endsWithClient) };
  },
});
