import { shortHash } from './short-hash.ts';

/** The trace that a piece of work belongs to, as W3C Trace Context has it. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** Whether whoever began the trace records it. */
  readonly sampled: boolean;
}

/** A trace that somebody else began, with the span that called. */
export interface CallersTrace extends TraceContext {
  /** 16 hexadecimal digits. */
  readonly parentId: string;
}

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;
const SAMPLED = 1;

/** What a `traceparent` says (https://www.w3.org/TR/trace-context/); `null` for none, and for one that is malformed. */
export const readTraceparent = (header: string | undefined): CallersTrace | null => {
  const [, traceId, parentId, flags = ''] = TRACEPARENT.exec(header ?? '') ?? [];
  if (traceId === undefined || parentId === undefined) return null;
  return { traceId, parentId, sampled: (parseInt(flags, 16) & SAMPLED) === SAMPLED };
};

/**
 * The id of the span of whatever has this name: a request, a run, an attempt, a tool call. It is derived, so that every
 * process that works on a run names the same parent, and a replay names the same span.
 */
export const spanIdOf = (name: string): string => shortHash(name).slice(0, 16);

/** What is sent on by the span of whatever has this name. */
export const traceparentOf = ({ traceId, sampled }: TraceContext, name: string): string =>
  `00-${traceId}-${spanIdOf(name)}-${sampled ? '01' : '00'}`;
