import { failsOver } from '../claude/faults.ts';
import type { LoopResult } from './types.ts';

/** What may stand in where no model answered, the better first. */
export interface StandIn {
  /** A cached answer that is no longer fresh, as a run would have ended with it. */
  readonly stale: Pick<LoopResult, 'ending' | 'output' | 'answeredBy'> | null;
  /** What the agent's author would have its callers told. */
  readonly fallbackMessage: string | null;
}

/**
 * The run as its caller gets it: where it failed because models did, with a stale answer or the agent's message in the place of the error,
 * marked as such. What a limit, the money, the deadline or the request itself stopped stays the error it is.
 */
export const degrade = (result: LoopResult, { stale, fallbackMessage }: StandIn): LoopResult => {
  const { ending, lastFault } = result;
  if (!('error' in ending) || lastFault === null || !failsOver(lastFault)) return result;
  const reason = ending.error.code;
  if (stale !== null) return { ...result, ...stale, degraded: { reason, servedBy: 'cache' } };
  if (fallbackMessage === null) return result;
  const told = { ending: { stop: 'fallback' }, output: fallbackMessage } as const;
  return { ...result, ...told, degraded: { reason, servedBy: 'default' } };
};
