import { lazy } from '../../kernel/lazy.ts';
import type { Pattern } from '../define/define-agent.ts';
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

/** Not in the way of a cold start: most runs need no reviewer. */
export const loadReflection = lazy(async () => (await import('./reflection.ts')).reflection);

const PATTERNS: Record<Pattern, (parts: LoopParts, run: Run) => Promise<LoopResult>> = {
  react,
  reflection: async (parts, run) => (await loadReflection())(parts, run),
};

/** Runs an agent by its own pattern. */
export const runPattern = (parts: LoopParts, run: Run): Promise<LoopResult> => PATTERNS[run.agent.pattern](parts, run);
