import { lazy } from '../../../kernel/caching/lazy.ts';
import type { Pattern } from '../../define/agent-options.ts';
import { joined } from '../../flow/flow-rules.ts';
import { checkOutput } from '../check-output.ts';
import { createConversation, withConversation } from '../conversation.ts';
import { createModelCalls } from '../model/model-calls.ts';
import { createTranscript } from '../transcript.ts';
import type { LoopParts, LoopResult, Run } from '../types.ts';

/** Reason and act: the model is called until it no longer asks for tools, or a limit says stop. */
export const react = async (parts: LoopParts, run: Run): Promise<LoopResult> => {
  const transcript = createTranscript(joined(run.agent.inputReads, run.taint ?? []));
  const calls = createModelCalls(parts, run, transcript);
  const conversation = createConversation(parts, run, calls, transcript);
  for (let before: string | null = null; ;) {
    const turn = await conversation.answer();
    if ('error' in turn) return withConversation(transcript.failed(turn.error), conversation);
    const isWhole = turn.kind === 'answered';
    if (before !== null && turn.by === null) {
      // A limit let nothing more be said: what was said before stands.
      run.stream.textIs(before);
    } else {
      before = turn.text;
      transcript.say(turn);
      // What was sent to the run while it answered is read before it ends.
      if (isWhole && !(await calls.close())) continue;
    }
    const checked = await checkOutput({ run, conversation, transcript }, { stop: turn.stop, isWhole });
    return withConversation(transcript.endedAs(checked), conversation);
  }
};

/** Not in the way of a cold start: most runs need no reviewer. */
export const loadReflection = lazy(async () => (await import('./reflection.ts')).reflection);

const PATTERNS: Record<Pattern, (parts: LoopParts, run: Run) => Promise<LoopResult>> = {
  react,
  reflection: async (parts, run) => (await loadReflection())(parts, run),
};

/** Runs an agent by its own pattern. */
export const runPattern = (parts: LoopParts, run: Run): Promise<LoopResult> => PATTERNS[run.agent.pattern](parts, run);
