import type { MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';
import { AppError } from '../../../kernel/errors.ts';
import { fault } from '../../../model-call/faults.ts';
import type { ModelCall, StepContext } from '../journal.ts';
import type { LoopParts, Run } from '../types.ts';
import { type ModelStep, modelStep, refusedStep } from './model-step.ts';
import type { RefusedCall } from './store-outage.ts';
import { withMessages } from './with-messages.ts';

export interface ModelTry extends StepContext, ModelCall {
  readonly messages: readonly MessageParam[];
  /** How many of the messages to the run were read before. */
  readonly read: number;
  /** What the store has refused of this call so far. Default: nothing. */
  readonly outage: RefusedCall | null;
}

/**
 * A model call with what it reads first. Whatever the store refuses of it before it is sent makes it a refused call, which
 * may be tried again; a run that was cancelled asks the store for nothing any more.
 */
export const tryModelStep = async (
  parts: LoopParts,
  run: Run,
  { read, outage, ...asked }: ModelTry,
): Promise<ModelStep> => {
  if (asked.deadline.stoppedBy === 'cancelled')
    return refusedStep(parts, fault('cancelled').error, asked.lostUsd, 'cancelled');
  try {
    if (outage !== null && outage.unsent.length > 0) await run.giveBack?.(outage.unsent, outage.since);
    const received = await run.steering.unread(read);
    for (const { messageId } of received) run.stream.messageReceived(messageId);
    return await modelStep(parts, run, { ...asked, messages: withMessages(asked.messages, received), received });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'store-unavailable') throw error;
    return refusedStep(parts, error, asked.lostUsd);
  }
};
