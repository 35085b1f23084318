import { type Clock, orAborted } from '../../kernel/clock.ts';
import { type TraceContext, traceparentOf } from '../../kernel/ids/trace-context.ts';
import { fault, notMade } from '../faults.ts';
import { isAnsweredWhole, MalformedStream, type Provider, type UpstreamEvent } from '../provider.ts';
import type { Attempt } from '../types.ts';
import { createAttemptProgress } from './attempt-progress.ts';
import { diagnose } from './diagnose.ts';
import { readEvent } from './read-event.ts';
import { redactedWords } from './redacted-words.ts';
import { createSigns } from './signs-of-life.ts';
import { createStreamTimeouts, type StreamLimits } from './stream-timeouts.ts';

export interface SupervisedAttemptOptions {
  readonly provider: Pick<Provider, 'stream'>;
  readonly clock: Clock;
  readonly limits: StreamLimits;
  /** The trace that a call belongs to. Default: none, and nothing of one is sent on. */
  readonly currentTrace?: (() => TraceContext | undefined) | undefined;
}

/** How long an answer whose stop reason and counts have come waits for the event that only says so once more. */
const STOP_MS = 1_000;

/** How long a finished answer waits for the upstream to close its body, so that the connection can be used again. */
const DRAIN_MS = 100;

/** As the SDK has it of a refusal; what else was thrown has none. */
const requestIdOf = (error: unknown): string | null => {
  const { requestID } = (error ?? {}) as { requestID?: unknown };
  return typeof requestID === 'string' ? requestID : null;
};

/**
 * One attempt at a model over a stream, bounded to its first content, in its silences and in all.
 * It is an answer only if the upstream said how it ended; a stream that just ends is a fault.
 */
export const supervisedAttempt =
  ({ provider, clock, limits, currentTrace }: SupervisedAttemptOptions): Attempt =>
  async (request, context) => {
    const { instead, key, attemptId = '' } = context;
    const trace = currentTrace?.();
    const { deadline } = context.bounds;
    const { sink, wire } = context.listener;
    const { hops } = context.caller;
    using timeouts = createStreamTimeouts(clock, deadline, limits, context.giveWayMs);
    // Nothing is sent, and so nothing billed, for a caller who is gone by now or has no time left.
    if (timeouts.verdict !== null) return notMade(fault(timeouts.verdict));
    // An answer that comes as a whole is silent until it does, as long as a prompt may take to be read.
    using _ = isAnsweredWhole(request) ? timeouts.hold() : null;
    const progress = createAttemptProgress(clock, request, context);
    const signOf = createSigns();
    const onBytes = () => {
      timeouts.sawBytes();
      context.lives?.();
    };
    /**
     * Passes an event on as it came; a caller that does not read holds the reading back, and is not taken for a silent
     * upstream.
     */
    const pass = async (event: UpstreamEvent, type: string) => {
      const taken = sink.event?.(event, type, instead);
      if (taken === undefined) return;
      const heldMs = clock.monotonicMs();
      using _ = timeouts.hold();
      await orAborted(taken, timeouts.signal);
      progress.held(clock.monotonicMs() - heldMs);
    };

    try {
      const { requestId, events } = await provider.stream(request, {
        key,
        wire,
        hops,
        ...(trace && { traceparent: traceparentOf(trace, attemptId) }),
        signal: timeouts.signal,
        onBytes,
      });
      progress.opened(requestId);
      let stopped = false;
      for await (const event of events) {
        // Read on to the end of the body after message_stop: only so does the connection go back to the pool.
        if (stopped) continue;
        const read = readEvent(event, { exact: wire !== undefined });
        const { type, said } = read;
        if (said !== null) progress.take(said);
        timeouts.saw(signOf(read));
        await pass(event, type);
        stopped = said?.type === 'message_stop';
        if (stopped) timeouts.release(DRAIN_MS);
        else if (said?.type === 'message_delta' && progress.complete) timeouts.release(STOP_MS);
      }
    } catch (error) {
      const refusedAs = requestIdOf(error);
      if (refusedAs !== null) progress.opened(refusedAs);
      // What ends a whole answer's connection is no fault of the answer.
      if (!progress.complete || error instanceof MalformedStream) {
        const found = diagnose(error, timeouts.verdict, progress.contentSeen, clock.now());
        return progress.failed(await redactedWords(found), error);
      }
    }
    if (!progress.complete) return progress.failed(fault('cut', { contentSeen: progress.contentSeen }), null);
    return progress.answered();
  };
