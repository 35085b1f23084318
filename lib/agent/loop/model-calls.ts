import type { Message, MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';
import type { AppError } from '../../kernel/errors.ts';
import { label } from '../../kernel/redacted.ts';
import type { FaultKind } from '../../model-call/types.ts';
import { errorOf, type ModelStep, modelStep } from './model-step.ts';
import type { Transcript } from './transcript.ts';
import type { LoopParts, Run, RunStop } from './types.ts';

/** What came of one model call of a run. */
export type Called =
  | { readonly kind: 'answered'; readonly call: number; readonly message: Message }
  /** A limit says that the run ends here, as incomplete. `text` is what the interrupted answer had said. */
  | { readonly kind: 'limited'; readonly stop: RunStop; readonly text: string }
  /** No answer was to be had. */
  | { readonly kind: 'unanswered'; readonly error: AppError }
  /** The run itself is over. */
  | { readonly kind: 'failed'; readonly error: AppError };

/** The model calls of one run, numbered as they are made: the number is in the name of the step, and in the ids of its attempts. */
export interface ModelCalls {
  /** How many more the run may make. */
  readonly left: number;
  /** Makes the next one, for the run or for a part of it that has another agent or stream. */
  make(run: Run, messages: readonly MessageParam[]): Promise<Called>;
}

const LIMITS: Partial<Record<FaultKind, RunStop>> = {
  deadline: 'deadline',
  'run-cost': 'max_cost',
  'context-too-long': 'context_window',
};

const limitOf = (step: Extract<ModelStep, { ok: false }>): RunStop | undefined =>
  step.code === 'budget-exceeded' && step.fault === 'refused' ? 'budget' : LIMITS[step.fault];

export const createModelCalls = (
  parts: LoopParts,
  { journal, maxModelCalls }: Run,
  transcript: Transcript,
): ModelCalls => {
  let made = 0;
  return {
    get left() {
      return maxModelCalls - made;
    },
    async make(run, messages) {
      if (made === maxModelCalls) return { kind: 'limited', stop: 'max_model_calls', text: '' };
      const call = (made += 1);
      run.stream.modelStarted(run.model);
      const step = await journal.step(`model-${call}`, () => modelStep(parts, run, call, messages));
      transcript.model(label(run.model), step);
      if (step.ok) return { kind: 'answered', call, message: step.message };
      // A limit that was met before anything was answered is an error: there is nothing to show for it.
      const stop = call > 1 ? limitOf(step) : undefined;
      if (stop !== undefined) return { kind: 'limited', stop, text: step.partial };
      return { kind: step.fault === 'cancelled' ? 'failed' : 'unanswered', error: errorOf(step) };
    },
  };
};
