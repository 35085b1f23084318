import { insertedBefore } from '../../local/simulated-claude/faults.ts';
import type { Step } from '../../local/simulated-claude/steps.ts';
import { encodeEvent } from '../../local/simulated-claude/wire.ts';
import { neverAnswer, reply, type ScriptedAnswer } from '../upstream/answers.ts';
import { slowFirstContent, stallAfter } from '../upstream/broken.ts';
import { AMID, BEFORE, broken, BROKEN_TEXT } from './broken-attempt.ts';
import { called, toCaller } from './calls.ts';
import {
  ALL,
  alone,
  answered,
  ASKED,
  everywhere,
  type Fault,
  fault,
  MESSAGES,
  once,
  onOneModel,
  PASSED_ON,
  refused,
  toldAmid,
} from './fault.ts';
import { FIRST_CONTENT_MS, IDLE_MS, UNSEEN_STRETCH } from './limits.ts';

/** Before the piece `at` of an answer, so often a pause and then `sign`. */
const living =
  (at: number, sign: string, { times, everyMs }: { readonly times: number; readonly everyMs: number }) =>
  (answer: ScriptedAnswer): ScriptedAnswer =>
  (asked) => {
    const send: Step = { do: 'send', bytes: sign, piece: 'sign', billed: null };
    const signs = Array.from({ length: times }, (): Step[] => [{ do: 'wait', ms: everyMs }, send]).flat();
    return insertedBefore(answer(asked), (_piece, index) => index === at, signs);
  };

const SIGNS = { pings: encodeEvent({ type: 'ping' }), comments: ': keepalive\n\n' } as const;
/** Far within the limit of a silence each, and twice as long in all. */
const READING = { times: 8, everyMs: FIRST_CONTENT_MS / 4 };
const PAUSING = { times: 8, everyMs: IDLE_MS / 4 };
/** Above an idle limit, and by more below the one of what is not shown: that much a busy machine may lose. */
const UNSEEN = { times: 1, everyMs: 1.25 * IDLE_MS };

/** Thinks before it says something, and shows nothing of it. */
const thinking = (text: string) =>
  reply([
    { type: 'thinking', thinking: '', signature: 'c2ln' },
    { type: 'text', text, citations: null },
  ]);
/** Pieces up to the block of thinking, which is open then. */
const THINKING = 3;

/** Pieces up to the block of the call and the empty beginning of its input. */
const CALLING = 4;
const buffered = living(CALLING, '', UNSEEN)(called);

const healthy = (
  name: string,
  change: (answer: ScriptedAnswer) => ScriptedAnswer,
  of: (text: string) => ScriptedAnswer = reply,
): Fault =>
  fault({
    name,
    script: (text) => ({ [ASKED]: [change(of(text))] }),
    expected: answered(ASKED),
    attempts: { [ASKED]: 1 },
    limitsMs: READING.times * READING.everyMs,
  });

/** Upstreams that take a request, and then their time. */
export const SILENCES: readonly Fault[] = [
  once('accepted and never answered', neverAnswer(), { limitsMs: FIRST_CONTENT_MS }),
  onOneModel('accepted and never answered', neverAnswer(), { limitsMs: ALL * FIRST_CONTENT_MS }),
  alone('accepted and never answered', neverAnswer(), 'upstream-timeout', { limitsMs: ALL * FIRST_CONTENT_MS }),
  fault({
    name: "never answered within the run's own deadline",
    // Above one first-content limit, below two: the second attempt is broken off.
    timeoutMs: 1.5 * FIRST_CONTENT_MS,
    limitsMs: 1.5 * FIRST_CONTENT_MS,
    alone: true,
    script: () => ({ [ASKED]: [neverAnswer()] }),
    expected: refused('upstream-timeout'),
    expectedBy: { agent: { verdict: 'safe', stopReason: 'deadline' } },
    attempts: { [ASKED]: 2 },
    // A request of the API has no deadline of its own.
    attemptsBy: { [MESSAGES]: { [ASKED]: ALL }, [PASSED_ON]: { [ASKED]: ALL } },
  }),
  fault({
    name: 'a first content that is slow, but in time',
    script: (text) => ({ [ASKED]: [slowFirstContent(FIRST_CONTENT_MS / 5, reply(text))] }),
    expected: answered(ASKED),
    attempts: { [ASKED]: 1 },
    limitsMs: FIRST_CONTENT_MS,
  }),
  once('a first content that is too slow', slowFirstContent(10 * FIRST_CONTENT_MS, broken), {
    limitsMs: FIRST_CONTENT_MS,
  }),
  once('a stall before the content', stallAfter(BEFORE, broken), { limitsMs: FIRST_CONTENT_MS }),
  once('a stall amid the content', stallAfter(AMID, broken), {
    seen: true,
    limitsMs: IDLE_MS,
    ...toldAmid('upstream-timeout'),
  }),
  everywhere('a stall amid the content', stallAfter(AMID, broken), 'upstream-timeout', {
    limitsMs: 2 * ALL * IDLE_MS,
    ...toldAmid('upstream-timeout'),
  }),
  healthy('a prompt that is read for long, with pings', living(BEFORE, SIGNS.pings, READING)),
  healthy('a prompt that is read for long, with comments', living(BEFORE, SIGNS.comments, READING)),
  healthy('pings for long, amid the content', living(AMID, SIGNS.pings, PAUSING)),
  healthy('comments for long, amid the content', living(AMID, SIGNS.comments, PAUSING)),
  healthy('a silence inside thinking that is not shown', living(THINKING, '', UNSEEN), thinking),
  healthy('pings for long, inside thinking that is not shown', living(THINKING, SIGNS.pings, READING), thinking),
  fault({
    name: 'a silence inside a tool input that is buffered',
    script: (text) => ({ [ASKED]: [buffered, toCaller(reply(text))] }),
    expected: answered(ASKED),
    attempts: { [ASKED]: 2 },
    limitsMs: UNSEEN_STRETCH * IDLE_MS,
  }),
  once('a stall inside thinking that is not shown', stallAfter(THINKING, thinking(BROKEN_TEXT)), {
    seen: true,
    limitsMs: UNSEEN_STRETCH * IDLE_MS,
    ...toldAmid('upstream-timeout'),
  }),
];
