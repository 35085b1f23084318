import type { MessageParam, ToolResultBlockParam, ToolUseBlock } from '@anthropic-ai/sdk/resources/messages/messages';
import { AppError, asAppError } from '../../kernel/errors.ts';
import { fault } from '../../model-call/faults.ts';
import type { Transcript } from '../loop/transcript.ts';
import type { LoopParts, Run } from '../loop/types.ts';
import { runTool, toolName, type ToolStep } from './run-tool.ts';

/** What came of the tool calls of one answer. */
export type ToolRound =
  | { readonly kind: 'done'; readonly results: MessageParam }
  | { readonly kind: 'limited'; readonly stop: 'deadline' }
  | { readonly kind: 'failed'; readonly error: AppError };

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

const stopped = ({ deadline }: Run): Exclude<ToolRound, { kind: 'done' }> | null => {
  if (deadline.stoppedBy === null) return null;
  return deadline.stoppedBy === 'deadline'
    ? { kind: 'limited', stop: 'deadline' }
    : { kind: 'failed', error: fault('cancelled').error };
};

/** Runs all tool calls of the `call`-th answer at the same time; their results go back in its order. */
export const toolRound = async (
  parts: LoopParts,
  run: Run,
  transcript: Transcript,
  { call, uses }: { readonly call: number; readonly uses: readonly ToolUseBlock[] },
): Promise<ToolRound> => {
  const refused = await effectsRefused(run, uses);
  if (refused) return { kind: 'failed', error: refused };
  const before = stopped(run);
  if (before) return before;
  const steps = await Promise.all(
    uses.map((use) =>
      run.journal.step(`tool-${call}-${use.id}`, () => runTool(parts, run, use), { once: hasEffects(run, use) }),
    ),
  );
  for (const [at, { name }] of uses.entries()) transcript.tool(toolName(run, name), steps[at] as ToolStep);
  if (transcript.fatal !== null) return { kind: 'failed', error: new AppError('tool-failed', transcript.fatal) };
  const after = stopped(run);
  if (after) return after;
  const content = uses.map(({ id }, at) => resultOf(id, steps[at] as ToolStep));
  return { kind: 'done', results: { role: 'user', content } };
};
