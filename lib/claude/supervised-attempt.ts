import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages/messages';
import { orAborted, type Clock } from '../kernel/clock.ts';
import { NO_TOKENS, type Estimate } from '../usage/record.ts';
import { createAssembly, MalformedStream } from './assemble-message.ts';
import { diagnose, ErrorEvent, estimateOf } from './diagnose.ts';
import { fault, notMade } from './faults.ts';
import type { MessagesApi } from './messages-api.ts';
import { createMeter } from './meter.ts';
import type { UpstreamEvent } from './split-events.ts';
import type { Attempt, CallContext, Fault, ModelRequest, Outcome } from './types.ts';
import { createWatchdog, type StreamLimits } from './watchdog.ts';

export interface SupervisedAttemptOptions {
  readonly api: MessagesApi;
  readonly clock: Clock;
  readonly limits: StreamLimits;
}

/** How long a finished answer waits for the upstream to close its body, so that the connection can be used again. */
const DRAIN_MS = 100;

/** The events of the protocol; their data is JSON. */
const KNOWN = /^(?:message|content_block)_\w+$|^error$/;

const isContent = (event: RawMessageStreamEvent): boolean => event.type.startsWith('content_block');

const parse = (data: string): RawMessageStreamEvent & { error?: { type?: unknown } } => {
  try {
    const event: unknown = JSON.parse(data);
    if (typeof event === 'object' && event !== null && 'type' in event && typeof event.type === 'string')
      return event as never;
  } catch (cause) {
    throw new MalformedStream('an event is not JSON', { cause });
  }
  throw new MalformedStream('an event has no type');
};

/**
 * One attempt at a model over a stream, bounded to its first content, in its silences and in all.
 * It is an answer only if the upstream said how it ended; a stream that just ends is a fault.
 */
export const supervisedAttempt =
  ({ api, clock, limits }: SupervisedAttemptOptions): Attempt =>
  async (request: ModelRequest, context: CallContext): Promise<Outcome> => {
    const startedAt = clock.now();
    const meter = createMeter();
    // What a gateway's client gets it reads itself; a tool of ours is not called with half an input.
    const assembly = createAssembly(meter, { strict: context.wire === undefined });
    using watchdog = createWatchdog(clock, context.deadline, limits);
    let requestId: string | null = null;
    let firstContentMs: number | null = null;
    let begun = false;
    let partial = '';
    let heldBack = false;
    const contentSeen = (): boolean => context.sink.isOpen?.() ?? assembly.contentSeen;
    const failedBy = (failed: Fault, estimated: Estimate): Outcome => ({
      ...{ ok: false, metered: metered(estimated), partial },
      fault: heldBack ? { ...failed, heldBack } : failed,
    });

    const metered = (estimated: Estimate) => ({
      tokens: begun ? meter.tokens(estimated === null) : NO_TOKENS,
      estimated,
      terms: meter.terms(),
      firstContentMs,
      upstreamRequestId: requestId,
    });
    /** Passes an event on as it came; a caller that does not read holds the reading back, and is not taken for a silent upstream. */
    const pass = async (event: UpstreamEvent, type: string) => {
      const taken = context.sink.event?.(event, type, context.instead);
      if (taken === undefined) return;
      heldBack = true;
      using _ = watchdog.hold();
      await orAborted(taken, watchdog.signal);
    };
    const take = (event: RawMessageStreamEvent) => {
      const content = isContent(event);
      watchdog.saw(content ? 'content' : 'preamble');
      const first = content && firstContentMs === null;
      if (first) firstContentMs = clock.now() - startedAt;
      const text = assembly.apply(event);
      begun = true;
      if (first) context.began?.();
      if (text === '') return;
      partial += text;
      context.sink.text(text);
    };

    // Nothing is sent, and so nothing billed, for a caller who is gone by now or has no time left.
    if (watchdog.verdict !== null) return { ...notMade(fault(watchdog.verdict)), metered: metered(null) };
    try {
      const upstream = await api.stream(request, { key: context.key, wire: context.wire, signal: watchdog.signal });
      requestId = upstream.requestId;
      let stopped = false;
      for await (const upstreamEvent of upstream.events) {
        const { event, data } = upstreamEvent;
        // Read on to the end of the body after message_stop: only so does the connection go back to the pool.
        if (stopped) continue;
        if (event === 'ping') watchdog.saw('ping');
        // What the protocol does not know is not for us to read.
        if (event === 'ping' || data === '' || (event !== null && !KNOWN.test(event))) {
          await pass(upstreamEvent, event ?? 'ping');
          continue;
        }
        const parsed = parse(data);
        const type: string = parsed.type;
        if (type === 'error') throw new ErrorEvent(parsed.error?.type);
        if (type === 'ping') watchdog.saw('ping');
        else take(parsed);
        await pass(upstreamEvent, type);
        stopped = type === 'message_stop';
        if (stopped) watchdog.release(DRAIN_MS);
      }
    } catch (error) {
      const whole = assembly.complete && !(error instanceof MalformedStream);
      if (!whole) {
        const failed = diagnose(error, watchdog.verdict, contentSeen(), clock.now());
        return failedBy(failed, estimateOf(failed, begun, error));
      }
    }
    if (!assembly.complete) {
      const cut = fault('cut', { contentSeen: contentSeen() });
      return failedBy(cut, estimateOf(cut, begun, null));
    }
    return { ok: true, message: assembly.message(), metered: metered(null) };
  };
