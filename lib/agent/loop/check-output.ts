import type { AppError } from '../../kernel/errors.ts';
import type { Conversation } from './conversation.ts';
import { readOutput, repairPrompt } from './read-output.ts';
import type { RunStop } from './stop-reasons.ts';
import type { Transcript } from './transcript.ts';
import type { Run } from './types.ts';

/** What a run ends with: `stop` as its pattern has it, and whether its answer is whole, or a limit ended it. */
export interface Ended {
  readonly stop: RunStop;
  readonly isWhole: boolean;
}

export interface CheckOutputParts {
  readonly run: Run;
  readonly conversation: Conversation;
  readonly transcript: Transcript;
}

/**
 * Has the answer of an agent with an `output` read by it, unless the run ends as incomplete. One that it refuses is mended by the model, once; a limit that
 * leaves no room for that ends the run as any limit does, and what was said before stands.
 */
export const checkOutput = async (
  { run, conversation, transcript }: CheckOutputParts,
  { stop, isWhole }: Ended,
): Promise<{ readonly stop: RunStop } | { readonly error: AppError }> => {
  const { agent, journal, stream } = run;
  const { output } = agent;
  if (output === null || !isWhole || stop === 'refusal' || stop === 'review_failed') return { stop };
  const text = transcript.said;
  // What a schema says may change with time, and the run with it: so it is asked once.
  const read = (nth: number) => journal.step(`output-${nth}`, () => readOutput(output, transcript.answer));
  const first = await read(1);
  if (first.ok) {
    transcript.give(first.result);
    return { stop };
  }

  conversation.tell(repairPrompt(first.issues));
  stream.reset();
  const mended = await conversation.answer();
  if (mended.kind === 'failed') return { error: mended.error };
  if (mended.kind === 'answered') {
    transcript.say(mended);
    if (mended.stop === 'refusal') return { stop: mended.stop };
    const second = await read(2);
    if (!second.ok) return { stop: 'invalid_output' };
    transcript.give(second.result);
    return { stop };
  }
  // The caller has heard a part of it: what stands is told again.
  stream.reset();
  stream.text(text);
  stream.textIs(text);
  return { stop: mended.kind === 'limited' ? mended.stop : 'invalid_output' };
};
