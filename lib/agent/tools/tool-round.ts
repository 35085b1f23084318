import type { MessageParam, ToolResultBlockParam, ToolUseBlock } from '@anthropic-ai/sdk/resources/messages/messages';
import { AppError, asAppError } from '../../kernel/errors.ts';
import { fault } from '../../model-call/faults.ts';
import type { PlannedCall } from '../flow/planned-calls.ts';
import { untrustedContent } from '../flow/untrusted-content.ts';
import type { Decision } from '../loop/steering.ts';
import type { Transcript } from '../loop/transcript.ts';
import type { LoopParts, Run } from '../loop/types.ts';
import { askedCalls, brokenRules, refusedCalls } from './held-calls.ts';
import { deniedStep, heldStep, orphanedStep, runTool, toolName, type ToolStep } from './run-tool.ts';

/** What came of the tool calls of one answer. */
export type ToolRound =
  | { readonly kind: 'done'; readonly results: MessageParam }
  | { readonly kind: 'limited'; readonly stop: 'deadline' }
  | { readonly kind: 'failed'; readonly error: AppError };

const hasEffects = ({ agent }: Run, { name }: ToolUseBlock): boolean => agent.tools.get(name)?.sideEffects ?? false;

const editNote = ({ input, reason }: Extract<Decision, { decision: 'edit' }>): string =>
  `A person changed the input of this call before it ran, to ${JSON.stringify(input)}.${reason === undefined ? '' : ` They said: ${reason}`}\n`;

const resultOf = (
  { runId }: Pick<Run, 'runId'>,
  toolUseId: string,
  { content, isError, reads = [] }: ToolStep,
  decision?: Decision,
): ToolResultBlockParam => {
  const shown = reads.includes('untrusted') ? untrustedContent(`${runId}:${toolUseId}`, content) : content;
  return {
    type: 'tool_result',
    tool_use_id: toolUseId,
    content: decision?.decision === 'edit' ? editNote(decision) + shown : shown,
    ...(isError ? { is_error: true } : {}),
  };
};

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

/**
 * Runs all tool calls of the `call`-th answer at the same time, those that a person has to approve after the others; their
 * results go back in the answer's order. All were chosen before any of them was read, so what they read counts from the next on.
 */
export const toolRound = async (
  parts: LoopParts,
  run: Run,
  transcript: Transcript,
  { call, uses }: { readonly call: number; readonly uses: readonly ToolUseBlock[] },
): Promise<ToolRound> => {
  const { taint } = transcript;
  const { broken, planned } = brokenRules(run, transcript, uses);
  const refused = refusedCalls(parts, run, broken, uses);
  const allowed = uses.filter(({ id }) => !refused.has(id));
  const forbidden = await effectsRefused(run, allowed);
  if (forbidden) return { kind: 'failed', error: forbidden };
  const before = stopped(run);
  if (before) return before;

  const { asked, invalid } = await askedCalls(parts, run, broken, { call, uses: allowed });
  const steps = new Map<string, ToolStep>();
  const runUse = async (use: ToolUseBlock): Promise<void> => {
    const isInvalid = invalid.has(use.id);
    run.stream.toolStarted(use.id, use.name, () => use.input);
    const step = await run.journal.step(
      `tool-${call}-${use.id}`,
      ({ deadline }) => runTool(parts, { ...run, deadline }, use, isInvalid),
      // They are made side by side: none of them may take more operations than the others in a replay.
      { once: !isInvalid && hasEffects(run, use), insist: true, interrupted: () => orphanedStep(parts) },
    );
    // Of a fallback too: it failed, whatever the model was given.
    run.stream.toolFinished(use.id, use.name, step.error !== null, step.durationMs, () => step.content);
    steps.set(use.id, step);
  };
  for (const [id, rule] of refused) steps.set(id, heldStep(parts, rule));
  const isAsked = new Set(asked.map(({ id }) => id));
  await Promise.all(allowed.filter(({ id }) => !isAsked.has(id)).map(runUse));
  const decisions = asked.length === 0 ? new Map<string, Decision>() : await run.steering.decide(call, asked);
  await Promise.all(
    asked.map(async ({ rule: _, ...use }) => {
      const decision = decisions.get(use.id);
      if (decision === undefined || decision.decision === 'deny') steps.set(use.id, deniedStep(parts, decision));
      else await runUse(decision.decision === 'edit' ? { ...use, input: decision.input } : use);
    }),
  );

  const stepOf = ({ id }: ToolUseBlock) => steps.get(id) as ToolStep;
  for (const use of uses) {
    const decision = decisions.get(use.id);
    const rule = asked.find(({ id }) => id === use.id)?.rule ?? null;
    if (decision !== undefined) transcript.approval(toolName(run, use.name), use, decision, rule);
    const input = decision?.decision === 'edit' ? decision.input : use.input;
    const kept = planned.get(use.id);
    const step = { ...stepOf(use), ...(kept === undefined ? {} : { rule: kept.name }) };
    transcript.tool(toolName(run, use.name), { ...use, input }, step);
    const isPlan = run.agent.tools.get(use.name)?.plans === true && stepOf(use).error === null;
    if (isPlan) transcript.plan.add((input as { calls: readonly PlannedCall[] }).calls, taint);
  }
  if (transcript.fatal !== null) return { kind: 'failed', error: new AppError('tool-failed', transcript.fatal) };
  const after = stopped(run);
  if (after) return after;
  const content = uses.map((use) => resultOf(run, use.id, stepOf(use), decisions.get(use.id)));
  return { kind: 'done', results: { role: 'user', content } };
};
