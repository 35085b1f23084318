import type { ToolUseBlock } from '@anthropic-ai/sdk/resources/messages/messages';
import * as z from 'zod/mini';
import { describeIssues } from '../http/describe-issue.ts';
import { createDeadline } from '../kernel/deadline.ts';
import { AppError } from '../kernel/errors.ts';
import { label, type Redacted } from '../kernel/redacted.ts';
import { nameError } from '../telemetry/describe-error.ts';
import type { Tool } from './define-tool.ts';
import type { LoopParts, Run } from './types.ts';

/** What a tool step leaves in the journal. */
export interface ToolStep {
  readonly startedAt: number;
  readonly durationMs: number;
  /** What the model is given. */
  readonly content: string;
  readonly isError: boolean;
  /** Set where the tool ends the run: what the caller is told. */
  readonly fatal: Redacted | null;
  /** For the trace: what went wrong, without its words. */
  readonly error: { readonly code: string; readonly detail: string } | null;
}

type Verdict = Omit<ToolStep, 'startedAt' | 'durationMs'> & {
  readonly outcome: 'ok' | 'fallback' | 'error';
  readonly name: Redacted | null;
};

const failed = (content: string, code: string, name: Redacted | null = null): Verdict => ({
  content,
  isError: true,
  fatal: null,
  error: { code, detail: name ?? code },
  outcome: 'error',
  name,
});

const cut = (text: string, maxChars: number): string => {
  const whole = text.toWellFormed();
  if (whole.length <= maxChars) return whole;
  return `${whole.slice(0, maxChars).toWellFormed()}\n[cut: ${maxChars} of ${whole.length} characters shown]`;
};

const asText = (result: unknown): string => (typeof result === 'string' ? result : (JSON.stringify(result) ?? 'done'));

/** Ends when the tool does or the signal aborts, whichever comes first: a tool that ignores its signal can't hold the run. */
const orAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });

const verdictOnThrow = (error: unknown, tool: Tool, input: never, timedOut: boolean): Verdict => {
  const name = nameError(error);
  if (error instanceof AppError && error.code === 'invalid-request') return failed(error.message, 'declined', name);
  if (error instanceof AppError && error.code === 'tool-failed')
    return { ...failed('The tool failed.', 'tool-failed', name), fatal: error.message };
  if (tool.fallback)
    return {
      ...failed(tool.fallback(input), timedOut ? 'timeout' : 'failed', name),
      isError: false,
      outcome: 'fallback',
    };
  return timedOut
    ? failed('The tool took too long and was stopped.', 'timeout')
    : failed('The tool failed.', 'failed', name);
};

const judge = async (parts: LoopParts, run: Run, use: ToolUseBlock): Promise<Verdict> => {
  const tool = run.agent.tools.get(use.name);
  if (!tool)
    return failed(
      `There is no tool of this name. There are: ${[...run.agent.tools.keys()].join(', ')}.`,
      'unknown-tool',
    );
  const parsed = await z.safeParseAsync(tool.input, use.input);
  if (!parsed.success) {
    const issues = describeIssues(parsed.error.issues).map(
      ({ path, message }) => `${path === '' ? 'input' : path} ${message}`,
    );
    return failed(`The input is not valid: ${issues.join('; ')}.`, 'invalid-input');
  }
  const input = parsed.data as never;
  using limit = createDeadline(parts.clock, Math.min(tool.timeoutMs, run.deadline.remainingMs()), run.deadline.signal);
  try {
    const context = {
      signal: limit.signal,
      idempotencyKey: `${run.runId}:${use.id}`,
      now: () => parts.clock.now(),
      fetch: parts.fetchFor(tool.endpoints, limit.signal),
    };
    const work = (async () => tool.run(input, context))();
    const content = cut(asText(await orAborted(work, limit.signal)), run.agent.maxToolOutputChars);
    return { content, isError: false, fatal: null, error: null, outcome: 'ok', name: null };
  } catch (error) {
    return verdictOnThrow(error, tool, input, limit.stoppedBy === 'deadline');
  }
};

/** Runs one tool call of the model. Whatever the tool does, this returns: with its result, or with words that betray nothing. */
export const runTool = async (parts: LoopParts, run: Run, use: ToolUseBlock): Promise<ToolStep> => {
  const startedAt = parts.clock.now();
  run.stream.toolStarted(use.id, use.name);
  const { outcome, name, ...verdict } = await judge(parts, run, use);
  const durationMs = parts.clock.now() - startedAt;
  run.stream.toolFinished(use.id, use.name, verdict.isError, durationMs);
  parts.emit({
    type: 'tool.finished',
    runId: label(run.runId),
    tool: label(use.name),
    outcome: label(outcome),
    error: name,
    durationMs,
  });
  return { startedAt, durationMs, ...verdict };
};
