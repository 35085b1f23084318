import { BODY_REST, errorSteps, type Send, type Step } from './steps.ts';
import { encodeEvent, errorEnvelope } from './wire.ts';

/** Replaces what follows the first `after` pieces by `breakage`; in a JSON answer, its second half at the latest. */
export function* brokenAfter(steps: Iterable<Step>, after: number, breakage: Iterable<Step>): Generator<Step> {
  let sent = 0;
  for (const step of steps) {
    const isNext = step.do === 'send' && (sent === after || step.piece === BODY_REST);
    if (isNext || step.do === 'end') {
      yield* breakage;
      return;
    }
    if (step.do === 'send') sent += 1;
    yield step;
  }
}

/** Puts `extra` before the piece that `isHere` picks first, counting pieces from 0. */
export function* insertedBefore(
  steps: Iterable<Step>,
  isHere: (piece: string, index: number) => boolean,
  extra: Iterable<Step>,
): Generator<Step> {
  let sent = 0;
  let done = false;
  for (const step of steps) {
    if (!done && step.do === 'send' && isHere(step.piece, sent)) {
      done = true;
      yield* extra;
    }
    if (step.do === 'send') sent += 1;
    yield step;
  }
}

const CONTENT = new Set(['content_block_start', 'message_delta']);

const isStream = (step: Step): boolean =>
  step.do === 'head' && (step.headers['content-type'] ?? '').startsWith('text/event-stream');

/** Waits, or a gate, before anything of the content is sent: its first block, or a JSON answer's head. */
export function* beforeContent(steps: Iterable<Step>, extra: Iterable<Step>): Generator<Step> {
  let done = false;
  for (const step of steps) {
    const isHere = step.do === 'head' ? !isStream(step) : step.do === 'send' && CONTENT.has(step.piece);
    if (isHere && !done) {
      done = true;
      yield* extra;
    }
    yield step;
  }
}

/** A pause of `ms` between any two deltas. */
export function* withGaps(steps: Iterable<Step>, ms: number): Generator<Step> {
  let first = true;
  for (const step of steps) {
    const isDelta = step.do === 'send' && step.piece === 'content_block_delta';
    if (isDelta && !first) yield { do: 'wait', ms };
    if (isDelta) first = false;
    yield step;
  }
}

/** Deltas that come evenly over `ms`; a JSON answer comes after it. */
export const spreadOver = (steps: readonly Step[], ms: number): Iterable<Step> => {
  const isDelta = (step: Step) => step.do === 'send' && step.piece === 'content_block_delta';
  const deltas = steps.filter(isDelta).length;
  if (deltas === 0) return beforeContent(steps, [{ do: 'wait', ms }]);
  const due = (count: number) => Math.round((ms * count) / deltas);
  let sent = 0;
  return steps.flatMap((step): Step[] => {
    if (!isDelta(step)) return [step];
    sent += 1;
    return [{ do: 'wait', ms: due(sent) - due(sent - 1) }, step];
  });
};

/** An event of which the data is no JSON; or, in a JSON answer, bytes in its middle that break it. */
export const malformedAfter = (steps: Iterable<Step>, after: number): Iterable<Step> =>
  insertedBefore(steps, (piece, index) => index === after || piece === BODY_REST, [
    {
      do: 'send',
      bytes: 'event: content_block_delta\ndata: {"type":"content_block_delta","index"\n\n',
      piece: 'malformed',
      billed: null,
    },
  ]);

export interface ErrorEvent {
  /** What a JSON answer has instead. */
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

/** After `after` events an `error` event, which ends the stream; a JSON answer has the status instead. */
export function* errorEventAfter(
  steps: Iterable<Step>,
  after: number,
  error: ErrorEvent,
  requestId: string,
): Generator<Step> {
  const bytes = encodeEvent(errorEnvelope(error.type, error.message, requestId));
  const breakage: Step[] = [{ do: 'send', bytes, piece: 'error', billed: null }, { do: 'end' }];
  for (const step of brokenAfter(steps, after, breakage)) {
    if (step.do === 'head' && !isStream(step)) {
      yield* errorSteps(error.status, error.message, requestId);
      return;
    }
    yield step;
  }
}

const PING: Send = { do: 'send', bytes: encodeEvent({ type: 'ping' }), piece: 'ping', billed: null };

/** `message_start`, then a ping each `everyMs` for ever; a JSON answer never comes. */
export function* pingsOnly(steps: Iterable<Step>, everyMs: number): Generator<Step> {
  for (const step of steps) {
    if (step.do === 'send' && step.piece !== 'message_start') break;
    if (step.do === 'head' && !isStream(step)) {
      yield { do: 'hold' };
      return;
    }
    yield step;
  }
  for (;;) {
    yield PING;
    yield { do: 'wait', ms: everyMs };
  }
}
