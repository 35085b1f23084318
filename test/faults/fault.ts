import type { ErrorCode } from '../../lib/kernel/errors.ts';
import { type Asked, reply, type ScriptedAnswer } from '../upstream/answers.ts';

/** The model that is asked, the default of `assistant`. */
export const ASKED = 'claude-sonnet-5-5';
/** The one that stands in for every other. */
export const STAND_IN = 'claude-haiku-4-5';

/** Retries of one model call, as the servers under test are told. */
export const MAX_RETRIES = 2;
/** Attempts at a model that never gets any better. */
export const ALL = 1 + MAX_RETRIES;

/** `pass`: the full, right answer. `safe`: an explicit error, or an answer that says why it is none. */
export type Expected =
  /** `words`: all that the model wrote, inputs of tools included; `null`: the row's right text. */
  | { readonly verdict: 'pass'; readonly by: string; readonly stopReason: string; readonly words: string | null }
  | { readonly verdict: 'safe'; readonly code: ErrorCode }
  | { readonly verdict: 'safe'; readonly stopReason: 'deadline' | 'context_window' };

/** Requests by model. */
export type Attempts = Readonly<Record<string, number>>;

/** The way to ask that a client of the Anthropic API has, with its whole answer at once. */
export const MESSAGES = 'messages';

/** The way to ask whose answer is the upstream's own bytes, as they come: what went out cannot be taken back. */
export const PASSED_ON = 'messages, streamed';

/** One answer, by what was asked and the request's whole body. */
export type Answer = (asked: Asked, body: Readonly<Record<string, unknown>>) => ReturnType<ScriptedAnswer>;

/** What a model answers, one request after the other; the last answer repeats. */
export type Script = Readonly<Record<string, readonly Answer[]>>;

/** One row: what an upstream does to one model call, and what a client must be told of it. */
export interface Fault {
  readonly name: string;
  /** Which model is asked. A limited key rests for its model, so each 429 has a model of its own. */
  readonly model: string;
  /** Whether the caller's tenant is allowed no model that could stand in. */
  readonly alone: boolean;
  /** How often it is asked, one request after the other. */
  readonly asks: number;
  /** The request's own deadline. */
  readonly timeoutMs: number;
  /** What a model answers before the call that meets the fault; `null`: as the way to ask has it. */
  readonly opening: Answer | null;
  /** `text` is the answer that the client waits for. */
  readonly script: (text: string) => Script;
  readonly expected: Expected;
  /** Where a way to ask, by its name, is told otherwise; a list: one for each time that it asks. */
  readonly expectedBy: Readonly<Record<string, Expected | readonly Expected[]>>;
  /** Whether the upstream says that nobody but the client can mend it, so that its words are the client's. */
  readonly isClients: boolean;
  /** Whether content comes before the fault, so that a client may see the call made again. */
  readonly seen: boolean;
  /** Requests that meet the fault, by model; no other model may be asked at all. */
  readonly attempts: Attempts;
  /** Where a way to ask, by its name, meets it another number of times. */
  readonly attemptsBy: Readonly<Record<string, Attempts>>;
  /** The shortest time between the first attempt at the asked model and the second. */
  readonly pauseMs: number;
  /** From the request's first byte to the answer's last. */
  readonly withinMs: number;
}

/** Above all that the limits add up to: what a loaded machine may lose. Far below the request's own deadline. */
const SLACK_MS = 8_000;

export const answered = (by: string, stopReason = 'end_turn', words: string | null = null): Expected => ({
  verdict: 'pass',
  by,
  stopReason,
  words,
});

export const refused = (code: ErrorCode): Expected => ({ verdict: 'safe', code });

/** A fault amid the content, for whom reads it as it comes: it is told at once, and nothing is asked again. */
export const toldAmid = (code: ErrorCode): Pick<Fault, 'expectedBy' | 'attemptsBy'> => ({
  expectedBy: { [PASSED_ON]: refused(code) },
  attemptsBy: { [PASSED_ON]: { [ASKED]: 1 } },
});

/** What the model wrote in full, for whom reads it as it comes: it is theirs to judge, and nothing is asked again. */
export const passedOn = (words: string, stopReason: string): Pick<Fault, 'expectedBy' | 'attemptsBy'> => ({
  expectedBy: { [PASSED_ON]: answered(ASKED, stopReason, words) },
  attemptsBy: { [PASSED_ON]: { [ASKED]: 1 } },
});

type Own = Pick<Fault, 'name' | 'script' | 'expected' | 'attempts'> & Partial<Fault> & { readonly limitsMs?: number };

/** `limitsMs`: what the limits in time add up to on the way to the answer. */
export const fault = ({ limitsMs = 0, ...own }: Own): Fault => ({
  model: ASKED,
  alone: false,
  asks: 1,
  timeoutMs: 40_000,
  opening: null,
  seen: false,
  isClients: false,
  pauseMs: 0,
  expectedBy: {},
  attemptsBy: {},
  withinMs: limitsMs + SLACK_MS,
  ...own,
});

/** It happens once, and the same model's next attempt answers. */
export const once = (name: string, broken: ScriptedAnswer, over: Partial<Own> = {}): Fault => {
  const model = over.model ?? ASKED;
  return fault({
    name: `${name}, once`,
    script: (text) => ({ [model]: [broken, reply(text)] }),
    expected: answered(model),
    attempts: { [model]: 2 },
    ...over,
  });
};

/** The asked model does nothing else: the next one of its chain answers. */
export const onOneModel = (name: string, broken: ScriptedAnswer, over: Partial<Own> = {}): Fault => {
  const model = over.model ?? ASKED;
  return fault({
    name: `${name}, on one model`,
    script: (text) => ({ [model]: [broken], [STAND_IN]: [reply(text)] }),
    expected: answered(STAND_IN),
    attempts: { [model]: ALL, [STAND_IN]: 1 },
    ...over,
  });
};

/** Every model of the chain does nothing else. */
export const everywhere = (name: string, broken: ScriptedAnswer, code: ErrorCode, over: Partial<Own> = {}): Fault =>
  fault({
    name: `${name}, everywhere`,
    script: () => ({ [ASKED]: [broken], [STAND_IN]: [broken] }),
    expected: refused(code),
    attempts: { [ASKED]: ALL, [STAND_IN]: ALL },
    ...over,
  });

/** The asked model does nothing else, and none may stand in. */
export const alone = (name: string, broken: ScriptedAnswer, code: ErrorCode, over: Partial<Own> = {}): Fault => {
  const model = over.model ?? ASKED;
  return fault({
    name: `${name}, with nobody to stand in`,
    alone: true,
    script: () => ({ [model]: [broken] }),
    expected: refused(code),
    attempts: { [model]: ALL },
    ...over,
  });
};
