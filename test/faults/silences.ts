import { brokenAfter, pingsOnly as pings } from '../../local/simulated-claude/faults.ts';
import { neverAnswer, reply, type ScriptedAnswer } from '../upstream/answers.ts';
import { pingsOnly, slowFirstContent, stallAfter } from '../upstream/broken.ts';
import { AMID, BEFORE, broken } from './broken-attempt.ts';
import {
  ALL,
  alone,
  answered,
  ASKED,
  everywhere,
  fault,
  MESSAGES,
  onOneModel,
  once,
  PASSED_ON,
  refused,
  toldAmid,
  type Fault,
} from './fault.ts';
import { FIRST_CONTENT_MS, IDLE_MS, PING_STRETCH } from './limits.ts';

/** Content, then nothing but pings. */
const pingsAmid: ScriptedAnswer = (asked) => brokenAfter(broken(asked), AMID, pings([], IDLE_MS / 5));

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
  once('pings only, before the content', pingsOnly(100, broken), { limitsMs: FIRST_CONTENT_MS }),
  once('pings only, amid the content', pingsAmid, {
    seen: true,
    limitsMs: PING_STRETCH * IDLE_MS,
    ...toldAmid('upstream-timeout'),
  }),
];
