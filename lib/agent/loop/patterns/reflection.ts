import type { AppError } from '../../../kernel/errors.ts';
import { joined } from '../../flow/flow-rules.ts';
import { checkOutput } from '../check-output.ts';
import { type Conversation, createConversation, type Turn, withConversation } from '../conversation.ts';
import { createModelCalls, type ModelCalls } from '../model/model-calls.ts';
import { meaningOf, type RunStop } from '../stop-reasons.ts';
import { createTranscript, type Transcript } from '../transcript.ts';
import type { LoopParts, LoopResult, Run, Said } from '../types.ts';
import { type Review, reviewDraft } from './review-draft.ts';
import { revisionPrompt } from './reviewer.ts';

/** An answer from its first word to its last: neither cut short nor a refusal. */
const isWhole = (turn: Turn): turn is Said & { readonly kind: 'answered' } =>
  turn.kind === 'answered' && turn.text !== '' && meaningOf(turn.stop).holds === 'again';

/** How one draft with its revisions ended. `isWhole`: with an answer that stands; otherwise something stopped it. */
type Reflected =
  { readonly stop: RunStop; readonly isWhole: boolean; readonly text?: string } | { readonly error: AppError };

/**
 * Draft, criticise, revise: a draft is made as `react` makes its answer; the same model reviews it in a conversation apart; a revision
 * follows in the draft's own, until the reviewer approves or the agent's `maxRounds` are over. Once a draft is whole, a limit ends the
 * run with the last whole one and says so, and so does (`review_failed`) whatever else keeps it from being reviewed or revised.
 */
const reflect = async (
  run: Run,
  calls: ModelCalls,
  conversation: Conversation,
  transcript: Transcript,
  before: string | null,
): Promise<Reflected> => {
  const unfinished = (by: Turn | Review): Reflected => {
    if (by.kind === 'failed') return { error: by.error };
    return { stop: by.kind === 'limited' ? by.stop : 'review_failed', isWhole: by.kind !== 'limited' };
  };
  const draft = await conversation.answer();
  if ('error' in draft) return { error: draft.error };
  if (before !== null && draft.by === null) {
    // A limit let nothing more be said: what was said before stands.
    run.stream.textIs(before);
    return { stop: draft.stop, isWhole: false };
  }
  transcript.say(draft);
  const isLimited = draft.kind === 'limited';
  if (!isWhole(draft)) return { stop: draft.stop, isWhole: !isLimited, text: draft.text };

  let { text, stop } = draft;
  for (let round = 1; round <= run.agent.maxRounds; round += 1) {
    const review = await reviewDraft(run, calls, conversation.messages, text);
    if (review.kind === 'approved') return { stop, isWhole: true, text };
    if (review.kind !== 'remarks') return unfinished(review);
    if (calls.left === 0) return { stop: 'max_model_calls', isWhole: false };

    conversation.tell(revisionPrompt(review.remarks));
    run.stream.reset();
    const revision = await conversation.answer();
    if (!isWhole(revision)) {
      // The caller has heard a part of the revision: what stands is told again.
      run.stream.reset();
      run.stream.text(text);
      run.stream.textIs(text);
      return unfinished(revision);
    }
    ({ text, stop } = revision);
    transcript.say(revision);
  }
  return { stop, isWhole: true, text };
};

/** Runs an agent by drafts that are reviewed; what was sent to the run meanwhile is read, and answered in the same way, before it ends. */
export const reflection = async (parts: LoopParts, run: Run): Promise<LoopResult> => {
  const transcript = createTranscript(joined(run.agent.inputReads, run.taint ?? []));
  const calls = createModelCalls(parts, run, transcript);
  const conversation = createConversation(parts, run, calls, transcript);
  for (let before: string | null = null; ;) {
    const reflected = await reflect(run, calls, conversation, transcript, before);
    if ('error' in reflected) return withConversation(transcript.failed(reflected.error), conversation);
    before = reflected.text ?? before;
    if (reflected.isWhole && !(await calls.close())) continue;
    const checked = await checkOutput({ run, conversation, transcript }, reflected);
    return withConversation(transcript.endedAs(checked), conversation);
  }
};
