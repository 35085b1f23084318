import type { MessageParam, ToolResultBlockParam, ToolUseBlock } from '@anthropic-ai/sdk/resources/messages/messages';
import { textOf, toolUses } from '../claude/assemble-message.ts';
import { fault } from '../claude/faults.ts';
import type { FaultKind } from '../claude/types.ts';
import type { StopCause } from '../kernel/deadline.ts';
import { asAppError, AppError } from '../kernel/errors.ts';
import { label } from '../kernel/redacted.ts';
import { errorOf, modelStep, type ModelStep } from './model-step.ts';
import { runTool, toolName, type ToolStep } from './run-tool.ts';
import { createTranscript } from './transcript.ts';
import type { LoopParts, LoopResult, Run, RunStop } from './types.ts';

/** Limits that end a run as incomplete once a model call has answered; before that they are errors. */
const LIMITS: Partial<Record<FaultKind, RunStop>> = { deadline: 'deadline', 'run-cost': 'max_cost' };

const limitOf = (step: Extract<ModelStep, { ok: false }>): RunStop | undefined =>
  step.code === 'budget-exceeded' && step.fault === 'refused' ? 'budget' : LIMITS[step.fault];

/** What an answer's stop reason means for the run; `null`: it goes on. Reasons we do not know end it, as they are. */
const stopOf = (stopReason: string | null): RunStop | null => {
  if (stopReason === 'tool_use' || stopReason === 'pause_turn') return null;
  if (stopReason === 'model_context_window_exceeded') return 'context_window';
  return stopReason as RunStop;
};

const hasEffects = ({ agent }: Run, { name }: ToolUseBlock): boolean => agent.tools.get(name)?.sideEffects ?? false;

const resultOf = (toolUseId: string, { content, isError }: ToolStep): ToolResultBlockParam => ({
  type: 'tool_result',
  tool_use_id: toolUseId,
  content,
  ...(isError ? { is_error: true } : {}),
});

/** Says that effects are coming; the error that forbids them, if there is one. */
const effectsRefused = async (run: Run, uses: readonly ToolUseBlock[]): Promise<AppError | null> => {
  if (!uses.some((use) => hasEffects(run, use))) return null;
  try {
    await run.beforeEffects();
    return null;
  } catch (error) {
    return asAppError(error);
  }
};

/**
 * Reason and act: the model is called until it no longer asks for tools, or a limit says stop.
 * All tool calls of one answer run at the same time; their results go back in its order.
 */
export const react = async (parts: LoopParts, run: Run): Promise<LoopResult> => {
  const { journal, stream, deadline } = run;
  const messages: MessageParam[] = [...run.messages];
  const transcript = createTranscript();
  const stopped = (by: StopCause) =>
    by === 'deadline' ? transcript.ended('deadline') : transcript.failed(fault('cancelled').error);

  for (let call = 1; call <= run.maxModelCalls; call += 1) {
    stream.modelStarted(run.model);
    const step = await journal.step(`model-${call}`, () => modelStep(parts, run, call, messages));
    transcript.model(label(run.model), step);
    if (!step.ok) {
      const limit = call > 1 ? limitOf(step) : undefined;
      if (!limit) return transcript.failed(errorOf(step));
      transcript.say(step.partial, messages.at(-1)?.role === 'assistant');
      return transcript.ended(limit);
    }
    const { message } = step;
    transcript.say(textOf(message), messages.at(-1)?.role === 'assistant');
    const stop = stopOf(message.stop_reason);
    if (stop !== null) return transcript.ended(stop);
    messages.push({ role: 'assistant', content: message.content as MessageParam['content'] });

    const uses = toolUses(message);
    if (message.stop_reason === 'pause_turn') continue;
    if (uses.length === 0) return transcript.ended('end_turn');
    if (call === run.maxModelCalls) break;
    const refused = await effectsRefused(run, uses);
    if (refused) return transcript.failed(refused);
    if (deadline.stoppedBy !== null) return stopped(deadline.stoppedBy);
    const results = await Promise.all(
      uses.map((use) =>
        journal.step(`tool-${call}-${use.id}`, () => runTool(parts, run, use), { once: hasEffects(run, use) }),
      ),
    );
    for (const [at, { name }] of uses.entries()) transcript.tool(toolName(run, name), results[at] as ToolStep);
    if (transcript.fatal !== null) return transcript.failed(new AppError('tool-failed', transcript.fatal));
    if (deadline.stoppedBy !== null) return stopped(deadline.stoppedBy);
    messages.push({ role: 'user', content: uses.map(({ id }, at) => resultOf(id, results[at] as ToolStep)) });
  }
  return transcript.ended('max_model_calls');
};
