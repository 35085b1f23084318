import type { Step } from '../local/simulated-claude/steps.ts';
import { asOnce, type Once } from './script.ts';
import { neverAnswer, reply, resetBeforeHeaders, type ScriptedAnswer, status } from './upstream/answers.ts';
import * as broken from './upstream/broken.ts';

type Fault = Extract<Once, { kind: 'fault' }>;

export interface Midway {
  /** The text that the caller has heard by then. Default: none, and the fault comes before any content. */
  readonly after?: string;
}

export interface LeftAlone {
  /** How long the API asks to be left alone. Default: it does not say. */
  readonly retryAfterMs?: number;
}

const fault = (what: string, answer: ScriptedAnswer): Fault => ({ kind: 'fault', what, answer });

const refusedWith = (what: string, code: number, { retryAfterMs }: LeftAlone = {}): Fault =>
  fault(what, status(code, retryAfterMs === undefined ? {} : { headers: { 'retry-after-ms': String(retryAfterMs) } }));

/** Pieces of a stream before its fault: `message_start` and a ping, and with a text all of it, its block still open. */
const piecesBefore = (steps: Iterable<Step>, text: string): number => {
  const pieces = [...steps].flatMap((step) => (step.do === 'send' ? [step.piece] : []));
  return pieces.indexOf(text === '' ? 'content_block_start' : 'content_block_stop');
};

const midway = (
  what: string,
  { after = '' }: Midway,
  breakAfter: (pieces: number, answer: ScriptedAnswer) => ScriptedAnswer,
): Fault => {
  const whole = reply(after === '' ? 'never heard' : after);
  return fault(what, (asked) => breakAfter(piecesBefore(whole(asked), after), whole)(asked));
};

/** What can go wrong with one model call, each as one turn of a script. */
export const faults = {
  /** 529: the API is overloaded. */
  overloaded: (options?: LeftAlone) => refusedWith('overloaded', 529, options),
  /** 503. */
  unavailable: (options?: LeftAlone) => refusedWith('unavailable', 503, options),
  /** 500. */
  broken: () => refusedWith('broken', 500),
  /** 429: a rate limit of the key is reached. */
  rateLimited: (options?: LeftAlone) => refusedWith('rate limited', 429, options),
  /** 400: the API finds something wrong with the request. */
  refused: () => refusedWith('refused', 400),
  /** 401: the API does not take the key. */
  rejectedKey: () => refusedWith('rejected key', 401),
  /** 404: the API does not know the model. */
  unknownModel: () => refusedWith('unknown model', 404),
  /** The connection is torn down before any answer. */
  disconnected: () => fault('disconnected', resetBeforeHeaders()),
  /** The request is taken, and nothing ever comes. */
  silent: () => fault('silent', neverAnswer()),
  /** The stream says no more, and stays open. */
  stalled: (options: Midway = {}) => midway('stalled', options, broken.stallAfter),
  /** The stream breaks off: with its connection, or `cleanly`, as if it had come to its end. */
  cut: ({ cleanly = false, ...options }: Midway & { readonly cleanly?: boolean } = {}) =>
    midway('cut', options, cleanly ? broken.endAfter : broken.resetAfter),
  /** An event of the stream is no JSON. */
  malformed: (options: Midway = {}) => midway('malformed', options, broken.malformedAfter),
  /** The stream has an `overloaded_error` event. */
  overloadedMidway: (options: Midway = {}) => midway('overloaded midway', options, broken.errorEventAfter),
  /** Nothing but pings, for ever. */
  pingsOnly: () => fault('pings only', broken.pingsOnly(1_000, reply())),
  /** `ms` pass before the first content of an answer that is whole then. */
  slow: (ms: number, turn: string | Once): Once => {
    const late = asOnce(turn);
    if (late.kind === 'fault') return fault(`slow, then ${late.what}`, broken.slowFirstContent(ms, late.answer));
    return { ...late, delayMs: ms };
  },
} as const;
