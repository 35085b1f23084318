import { AppError } from '../../kernel/errors.ts';
import { label, type Redacted, safe } from '../../kernel/redacted.ts';
import { nameError } from '../../telemetry/describe-error.ts';
import type { Tool } from '../define/define-tool.ts';
import { fallbackText } from './tool-fallback.ts';
import { resultText } from './tool-result.ts';

/** What a tool call came to: for the model, for the caller, for the trace. */
export interface ToolVerdict {
  /** What the model is given. */
  readonly content: string;
  /** Whether the model is told of a failure; not where a fallback stood in for one. */
  readonly isError: boolean;
  /** Set where the tool ends the run: what the caller is told. */
  readonly fatal: Redacted | null;
  /** For the trace: what went wrong, without its words. */
  readonly error: { readonly code: Redacted; readonly detail: Redacted } | null;
  /** `fallback`: it failed, and its fallback stood in. `declined` and `invalid-input` are the model's mistakes, not the tool's. */
  readonly outcome: 'ok' | 'fallback' | 'declined' | 'invalid-input' | 'error';
  /** Class and code of what it threw. */
  readonly thrown: Redacted | null;
}

/** A failure in words that betray nothing. */
export const failed = (content: string, code: string, thrown: Redacted | null = null): ToolVerdict => ({
  content,
  isError: true,
  fatal: null,
  error: { code: label(code), detail: thrown ?? label(code) },
  outcome: code === 'declined' || code === 'invalid-input' ? code : 'error',
  thrown,
});

/** Whether the tool failed, and the model was given its fallback. */
export const fellBack = ({ isError, error }: Pick<ToolVerdict, 'isError' | 'error'>): boolean =>
  !isError && error !== null;

const cut = (text: string, isWhole: boolean, maxChars: number): string => {
  if (isWhole && text.length <= maxChars) return text.toWellFormed();
  const all = isWhole ? text.length : `more than ${text.length}`;
  return `${text.slice(0, maxChars).toWellFormed()}\n[cut: ${maxChars} of ${all} characters shown]`;
};

/** A result as the model gets it: without the tool's secrets, and no more of it than the agent allows. Never throws. */
export const succeeded = (
  result: unknown,
  maxChars: number,
  withoutSecrets: (text: string) => string = (text) => text,
): ToolVerdict => {
  const { text, isWhole } = resultText(result);
  return {
    content: cut(withoutSecrets(text), isWhole, maxChars),
    isError: false,
    fatal: null,
    error: null,
    outcome: 'ok',
    thrown: null,
  };
};

/** A tool that is down: its fallback, or the failure itself where it has none, or its fallback fails too. */
export const unavailable = (tool: Tool, input: never, failure: ToolVerdict): ToolVerdict => {
  const content = fallbackText(tool, input);
  return content === null ? failure : { ...failure, content, isError: false, outcome: 'fallback' };
};

/** A tool that changes the world may have done so before it failed: to be told that it failed would have it done again. */
const unsure = ({ sideEffects }: Tool, words: string): string =>
  sideEffects ? `${words} It is not known whether it took effect: find out before it is made again.` : words;

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
      ? failed(unsure(tool, 'The tool took too long and was stopped.'), 'timeout')
      : failed(unsure(tool, 'The tool failed.'), 'failed', thrown),
  );
};

/** The circuit of what the tool depends on is open. */
export const leftAlone = (tool: Tool, input: never): ToolVerdict =>
  unavailable(tool, input, failed('The tool is not available just now.', 'circuit-open', safe`circuit-open`));
