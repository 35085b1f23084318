import type { RawMessageStreamEvent } from '@anthropic-ai/sdk/resources/messages/messages';
import type { Clock } from '../../kernel/clock.ts';
import { type Estimate, NO_TOKENS } from '../../usage/record.ts';
import { createMeter } from '../metering/meter.ts';
import { createSightRecorder } from '../metering/sight.ts';
import type { Fault, Metered, Outcome } from '../outcome.ts';
import type { ModelRequest } from '../provider.ts';
import type { AttemptContext } from '../types.ts';
import { createAssembly } from './assemble-message.ts';
import { estimateOf } from './diagnose.ts';
import { isContent } from './read-event.ts';
import { isVerdict } from './stream-timeouts.ts';

/** What an attempt has come to so far. */
export interface AttemptProgress {
  /** The upstream answers, under an id of its own. */
  opened(requestId: string | null): void;
  /** Takes the next event; its text goes to the caller. Throws MalformedStream. */
  take(event: RawMessageStreamEvent): void;
  /** The caller held the reading back for so long. */
  held(ms: number): void;
  /** Whether the caller may have seen a part of the answer. */
  readonly contentSeen: boolean;
  /** Whether the message is whole. */
  readonly complete: boolean;
  /** Throws MalformedStream while the message is not whole. */
  answered(): Outcome;
  /** `error`: what was thrown; `null`: the stream just ended. */
  failed(fault: Fault, error: unknown): Outcome;
}

/**
 * A hold from which on a break may be the caller's doing. An upstream gives up a reader that stands still after seconds
 * at the least, while a reader that is only slower than the answer catches up within a fraction of one.
 */
const LONG_HOLD_MS = 1_000;

/**
 * So long after a long hold a break may still be its doing: what was on its way is read first. Far less than the
 * default limit of a silence: one that lasts so long after a hold is the upstream's own.
 */
const AFTER_HOLD_MS = 5_000;

/** A lifetime of a cache write that is not the shorter one; a tool's schema may have such a member too, which is booked dearer. */
const LONG_LIFETIME = /"ttl":(?!"5m"|null)/;

export const createAttemptProgress = (
  clock: Clock,
  request: ModelRequest,
  context: AttemptContext,
): AttemptProgress => {
  const { began, listener } = context;
  const { wire, sink, restartable = true } = listener;
  const startedMs = clock.monotonicMs();
  const meter = createMeter({ oneHourWrites: () => LONG_LIFETIME.test(JSON.stringify(request)) });
  const sight = createSightRecorder(clock);
  // A client that has the events reads the inputs in them itself; nobody else is given half of one.
  const assembly = createAssembly(meter, { checksInputs: restartable, exact: wire !== undefined });
  let upstreamRequestId: string | null = null;
  let firstContentMs: number | null = null;
  let begun = false;
  let partial = '';
  let heldBackUntilMs = Number.NEGATIVE_INFINITY;

  const metered = (estimated: Estimate): Metered => ({
    tokens: begun ? meter.tokens(estimated === null) : NO_TOKENS,
    estimated,
    terms: meter.terms(),
    ...(begun && { bill: meter.bill() }),
    firstContentMs,
    upstreamRequestId,
  });
  /** Whether the upstream had told its last count before whatever failed did. */
  const isCounted = () => assembly.complete && !meter.bill().missing.includes('output');
  return {
    opened(requestId) {
      upstreamRequestId = requestId;
      sink.opened?.(requestId);
    },
    take(event) {
      const first = isContent(event) && firstContentMs === null;
      if (first) firstContentMs = clock.monotonicMs() - startedMs;
      const text = assembly.apply(event);
      sight.saw(event);
      begun = true;
      if (first) began?.();
      if (text === '') return;
      partial += text;
      sink.text(text);
    },
    held(ms) {
      sight.held(ms);
      // A reader that takes its time with what was on its way puts the break off.
      heldBackUntilMs = ms >= LONG_HOLD_MS ? clock.monotonicMs() + AFTER_HOLD_MS : heldBackUntilMs + ms;
    },
    get contentSeen() {
      return sink.isOpen?.() ?? assembly.contentSeen;
    },
    get complete() {
      return assembly.complete;
    },
    answered: () => ({ ok: true, message: assembly.message(), metered: metered(null) }),
    failed: (fault, error) => ({
      ok: false,
      fault: clock.monotonicMs() < heldBackUntilMs ? { ...fault, heldBack: true } : fault,
      metered: {
        ...metered(isCounted() ? null : estimateOf(fault, begun, error)),
        sight: sight.at(fault.kind === 'malformed'),
        givenUp: isVerdict(fault.kind),
      },
      partial,
    }),
  };
};
