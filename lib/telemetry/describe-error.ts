import { AppError } from '../kernel/errors.ts';
import { label, type Redacted, safe } from '../kernel/redacted.ts';
import type { LogFields } from './log.ts';

const MAX_CAUSES = 4;
const MAX_FRAMES = 6;

const codeOf = (error: object): string | undefined => {
  const { code, status } = error as { code?: unknown; status?: unknown };
  if (error instanceof AppError) return error.code;
  // A code of the system's looks like one; anything else may be a piece of what the error is about.
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code)) return code;
  return typeof status === 'number' ? String(status) : undefined;
};

/** Name and code of an error (`TypeError`, `Error/ECONNRESET`); never its message, which may quote what it choked on. */
export const nameError = (error: unknown): Redacted => {
  if (!(error instanceof Error)) return safe`thrown-${label(typeof error)}`;
  const code = codeOf(error);
  // Not the class's own name: in a minified bundle that says nothing.
  const name = /^[A-Z][A-Za-z0-9]{0,60}$/.test(error.name) ? label(error.name) : safe`Error`;
  return code === undefined ? name : safe`${name}/${label(code)}`;
};

const causes = (error: unknown): unknown[] => {
  const chain: unknown[] = [];
  for (let at: unknown = error; at !== undefined && chain.length < MAX_CAUSES;) {
    chain.push(at);
    at = at instanceof Error ? at.cause : undefined;
  }
  return chain;
};

interface Refusal {
  readonly $metadata?: { readonly requestId?: unknown };
  readonly ThrottlingReasons?: unknown;
  readonly throttlingReasons?: unknown;
}

/** What a refusal of AWS says for whoever asks there: its request id, and by which limit of a table or index it throttled. */
export interface RefusalFields {
  readonly awsRequestId?: Redacted;
  readonly throttledBy?: Redacted;
}

const isWord = (value: unknown): value is string => typeof value === 'string' && /^[\w-]{1,80}$/.test(value);

const refusalOf = (error: unknown): RefusalFields => {
  const refusals = causes(error).filter((cause): cause is Refusal => typeof cause === 'object' && cause !== null);
  const id = refusals.map(({ $metadata }) => $metadata?.requestId).find(isWord);
  const limit = refusals
    .flatMap((refusal) => refusal.ThrottlingReasons ?? refusal.throttlingReasons ?? [])
    .map((reason) => (reason as { readonly reason?: unknown } | null)?.reason)
    .find(isWord);
  return {
    ...(id === undefined ? {} : { awsRequestId: label(id) }),
    ...(limit === undefined ? {} : { throttledBy: label(limit) }),
  };
};

/** What an event tells of a failed store, besides what was asked of it. */
export const describeFailure = (error: unknown): RefusalFields & { readonly error: Redacted } => ({
  error: nameError(error),
  ...refusalOf(error),
});

/** `function@file:line:column` of the innermost frames: where it broke, without what it broke on. */
const frames = (error: unknown): Redacted[] => {
  const innermost = causes(error).findLast((cause) => cause instanceof Error);
  // A message of several lines could pass for frames.
  const lines = innermost?.stack?.replace(innermost.message, '').split('\n') ?? [];
  return lines
    .map((line) => /^\s+at (?:async )?(?:([\w.<>[\] ]+) )?\(?.*?([\w.-]+:\d+:\d+)\)?$/.exec(line))
    .filter((match) => match !== null)
    .slice(0, MAX_FRAMES)
    .map((match) => safe`${label((match[1] ?? 'anonymous').replace(/[^\w.]/g, ''))}@${label(match[2] ?? 'unknown')}`);
};

/** Log fields of an error and its causes: names, codes and places, no message but our own. */
export const describeError = (error: unknown): LogFields => ({
  error: nameError(error),
  ...(error instanceof AppError ? { code: label(error.code), detail: error.message } : {}),
  causes: causes(error).slice(1).map(nameError),
  ...refusalOf(error),
  frames: frames(error),
});
