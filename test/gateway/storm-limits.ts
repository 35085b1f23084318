import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../lib/kernel/clock.ts';
import { rateOf } from '../../lib/rate-limit/rate.ts';
import { itemsOf } from '../api/books.ts';
import type { Caller, Fleet } from '../api/fleet.ts';
import type { TestServer } from '../api/start-server.ts';
import { serverNow } from '../stretched.ts';
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

/** When a tenant's bucket of tokens will be full, in picoseconds. */
const fullAt = async ({ engine }: Fleet, { tenantId }: Caller): Promise<bigint> => {
  const items = await itemsOf(engine, 'ControlTable');
  return BigInt(items.find((item) => item['pk']?.S === `rate#tenant#${tenantId}#tokens`)?.['tat']?.N ?? 0);
};

/** Tokens charged from now on, to the token, as long as the bucket is not full again: throws from then on. */
export const tokenMeter = async (fleet: Fleet, caller: Caller, tokensPerMinute: number) => {
  const { interval } = rateOf(tokensPerMinute);
  const from = await fullAt(fleet, caller);
  return async (): Promise<number> => {
    if (from <= BigInt(serverNow()) * 1_000_000_000n) throw new Error('the bucket may have been full');
    const charged = (await fullAt(fleet, caller)) - from;
    if (charged % interval !== 0n) throw new Error('a part of a token was charged');
    return Number(charged / interval);
  };
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
