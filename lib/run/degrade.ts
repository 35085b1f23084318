import type { Agent } from '../agent/define/define-agent.ts';
import type { RunStop } from '../agent/loop/stop-reasons.ts';
import type { LoopResult } from '../agent/loop/types.ts';
import { failsOver } from '../model-call/faults.ts';

/** An answer that was given before, without what its run did and used. */
export type EarlierAnswer = Pick<LoopResult, 'output' | 'result' | 'answeredBy'> & {
  readonly ending: { readonly stop: RunStop };
};

/** What may stand in where no model answered, the better first. */
export interface StandIn {
  /** One that is no longer fresh. */
  readonly stale: EarlierAnswer | null;
  /** What the agent's author would have its callers told. */
  readonly fallbackMessage: string | null;
  /** Whether the run has changed the world: then nothing may read as if it had not, or as if it could be asked for again. */
  readonly hadEffects: boolean;
}

/** Whether a run has called a tool that changes the world. */
export const hadEffects = ({ steps }: LoopResult, { tools }: Pick<Agent, 'tools'>): boolean =>
  steps.some(({ kind, name }) => kind === 'tool' && tools.get(name)?.sideEffects === true);

/**
 * The run as its caller gets it: where it failed because models did, with a stale answer or the agent's message in the place of the error,
 * marked as such. What a limit, the money, the deadline or the request itself stopped stays the error it is.
 */
export const degrade = (result: LoopResult, { stale, fallbackMessage, hadEffects }: StandIn): LoopResult => {
  const { ending, lastFault } = result;
  if (!('error' in ending) || lastFault === null || !failsOver(lastFault) || hadEffects) return result;
  const reason = ending.error.code;
  if (stale !== null) return { ...result, ...stale, degraded: { reason, servedBy: 'cache' } };
  if (fallbackMessage === null) return result;
  const told = { ending: { stop: 'fallback' }, output: fallbackMessage } as const;
  return { ...result, ...told, degraded: { reason, servedBy: 'default' } };
};
