import { createConversation } from './conversation.ts';
import { createModelCalls } from './model-calls.ts';
import { createTranscript } from './transcript.ts';
import type { LoopParts, LoopResult, Run } from './types.ts';

/** Reason and act: the model is called until it no longer asks for tools, or a limit says stop. */
export const react = async (parts: LoopParts, run: Run): Promise<LoopResult> => {
  const transcript = createTranscript();
  const calls = createModelCalls(parts, run, transcript);
  const turn = await createConversation(parts, run, calls, transcript).answer();
  if ('error' in turn) return transcript.failed(turn.error);
  transcript.say(turn.text, turn.by);
  return transcript.ended(turn.stop);
};
