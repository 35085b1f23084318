import { createConversation, type Said, type Turn } from './conversation.ts';
import { createModelCalls } from './model-calls.ts';
import { type Review, reviewDraft } from './review-draft.ts';
import { revisionPrompt } from './reviewer.ts';
import { createTranscript } from './transcript.ts';
import type { LoopParts, LoopResult, Run } from './types.ts';

/** An answer from its first word to its last: neither cut short nor a refusal. */
const isWhole = (turn: Turn): turn is Said & { readonly kind: 'answered' } =>
  turn.kind === 'answered' && turn.text !== '' && (turn.stop === 'end_turn' || turn.stop === 'stop_sequence');

/**
 * Draft, criticise, revise: a draft is made as `react` makes its answer; the same model reviews it in a conversation apart; a revision
 * follows in the draft's own, until the reviewer approves or the agent's `maxRounds` are over. Once a draft is whole, a limit ends the
 * run with the last whole one and says so, and so does (`review_failed`) whatever else keeps it from being reviewed or revised.
 */
export const reflection = async (parts: LoopParts, run: Run): Promise<LoopResult> => {
  const transcript = createTranscript();
  const calls = createModelCalls(parts, run, transcript);
  const conversation = createConversation(parts, run, calls, transcript);
  const unfinished = (by: Turn | Review): LoopResult => {
    if (by.kind === 'failed') return transcript.failed(by.error);
    return transcript.ended(by.kind === 'limited' ? by.stop : 'review_failed');
  };

  const draft = await conversation.answer();
  if ('error' in draft) return transcript.failed(draft.error);
  transcript.say(draft.text, draft.by);
  if (!isWhole(draft)) return transcript.ended(draft.stop);

  let { text, stop } = draft;
  for (let round = 1; round <= run.agent.maxRounds; round += 1) {
    const review = await reviewDraft(run, calls, conversation.messages, text);
    if (review.kind === 'approved') return transcript.ended(stop);
    if (review.kind !== 'remarks') return unfinished(review);
    if (calls.left === 0) return transcript.ended('max_model_calls');

    conversation.tell(revisionPrompt(review.remarks));
    run.stream.reset();
    const revision = await conversation.answer();
    if (!isWhole(revision)) {
      // The caller has heard a part of the revision: what stands is told again.
      run.stream.reset();
      run.stream.text(text);
      return unfinished(revision);
    }
    ({ text, stop } = revision);
    transcript.say(text, revision.by);
  }
  return transcript.ended(stop);
};
