import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../lib/kernel/clock.ts';
import type { Caller, Fleet } from '../api/fleet.ts';
import type { TestServer } from '../api/start-server.ts';
import type { ScriptedAnswer } from '../upstream/answers.ts';
import { fateBy, meet, seenOf, type Outcome } from './storm.ts';

/** What is open of one tenant at the upstream: not left by its client, and not told to its end. */
export const openOf = ({ upstream }: Fleet, caller: Caller): number =>
  seenOf(upstream.requests, caller).filter(({ aborted, sent }) => !aborted && sent.at(-1) !== 'message_stop').length;

/** The same answer; `tell` is called when it is asked for, the request itself counted among those that are open. */
export const telling =
  (tell: () => void, answer: ScriptedAnswer): ScriptedAnswer =>
  (asked) => {
    tell();
    return answer(asked);
  };

/** Comes again, each time with another fate, until it is let in; as official clients do, but sooner. */
export const meetAtLast = async (caller: Caller, random: Random, server: TestServer, over: object) => {
  let refused = 0;
  for (; ; refused += 1) {
    const outcome: Outcome = await meet(caller, fateBy(random, true), server, over);
    if (outcome.status !== 429) return { outcome, refused };
    await pause(50);
  }
};
