import { AppError } from '../../kernel/errors.ts';
import { label, type Redacted, safe } from '../../kernel/redacted.ts';
import { nameError } from '../../telemetry/describe-error.ts';
import type { Tool } from '../define/define-tool.ts';

/** What a tool call came to: for the model, for the caller, for the trace. */
export interface ToolVerdict {
  /** What the model is given. */
  readonly content: string;
  readonly isError: boolean;
  /** Set where the tool ends the run: what the caller is told. */
  readonly fatal: Redacted | null;
  /** For the trace: what went wrong, without its words. */
  readonly error: { readonly code: Redacted; readonly detail: Redacted } | null;
  /** `fallback`: it failed, and its fallback stood in. */
  readonly outcome: 'ok' | 'fallback' | 'error';
  /** Class and code of what it threw. */
  readonly thrown: Redacted | null;
}

/** A failure in words that betray nothing. */
export const failed = (content: string, code: string, thrown: Redacted | null = null): ToolVerdict => ({
  content,
  isError: true,
  fatal: null,
  error: { code: label(code), detail: thrown ?? label(code) },
  outcome: 'error',
  thrown,
});

const cut = (text: string, maxChars: number): string => {
  const whole = text.toWellFormed();
  if (whole.length <= maxChars) return whole;
  return `${whole.slice(0, maxChars).toWellFormed()}\n[cut: ${maxChars} of ${whole.length} characters shown]`;
};

/**
 * A result as the model gets it: a string as it is, anything else as JSON, without the tool's secrets, and no more of it
 * than the agent allows.
 */
export const succeeded = (
  result: unknown,
  maxChars: number,
  withoutSecrets: (text: string) => string = (text) => text,
): ToolVerdict => {
  const text = typeof result === 'string' ? result : (JSON.stringify(result) ?? 'done');
  return {
    content: cut(withoutSecrets(text), maxChars),
    isError: false,
    fatal: null,
    error: null,
    outcome: 'ok',
    thrown: null,
  };
};

/** A tool that is down: its fallback, or the failure itself where it has none, or its fallback fails too. */
export const unavailable = (tool: Tool, input: never, failure: ToolVerdict): ToolVerdict => {
  if (!tool.fallback) return failure;
  try {
    return { ...failure, content: tool.fallback(input), isError: false, outcome: 'fallback' };
  } catch {
    return failure;
  }
};

/** What a thrown error means: said to the model on purpose, the end of the run, or a failure to be told in our own words. */
export const verdictOnThrow = (error: unknown, tool: Tool, input: never, timedOut: boolean): ToolVerdict => {
  const thrown = nameError(error);
  if (error instanceof AppError && error.code === 'invalid-request') return failed(error.message, 'declined', thrown);
  if (error instanceof AppError && error.code === 'tool-failed')
    return { ...failed('The tool failed.', 'tool-failed', thrown), fatal: error.message };
  return unavailable(
    tool,
    input,
    timedOut
      ? failed('The tool took too long and was stopped.', 'timeout')
      : failed('The tool failed.', 'failed', thrown),
  );
};

/** The circuit of what the tool depends on is open. */
export const leftAlone = (tool: Tool, input: never): ToolVerdict =>
  unavailable(tool, input, failed('The tool is not available just now.', 'circuit-open', safe`circuit-open`));
