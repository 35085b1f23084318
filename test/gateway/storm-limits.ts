import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Item } from '../../lib/dynamodb/attributes.ts';
import type { Random } from '../../lib/kernel/clock.ts';
import { rateOf } from '../../lib/rate-limit/rate.ts';
import { itemsOf, recordsOf } from '../api/books.ts';
import type { Caller, Fleet } from '../api/fleet.ts';
import type { TestServer } from '../api/start-server.ts';
import { serverNow } from '../stretched.ts';
import { reply, type ScriptedAnswer } from '../upstream/answers.ts';
import { gatedBefore } from '../upstream/broken.ts';
import { createGate } from '../upstream/gate.ts';
import { COUNTED_MODEL, type Fate, fateBy, meet, named, type Outcome, seenOf, slowlyCached, USED } from './storm.ts';

const isOpen = ({ aborted, sent }: ReturnType<typeof seenOf>[number]): boolean =>
  !aborted && sent.at(-1) !== 'message_stop';

/** What is open of one tenant at the upstream: not left by its client, and not told to its end. */
export const openOf = ({ upstream }: Fleet, caller: Caller): number =>
  seenOf(upstream.requests, caller).filter(isOpen).length;

/** What is open now and is so a moment later: the upstream hears a little late that one was left, whose slot is taken by then. */
export const openForAMoment = async ({ upstream }: Fleet, caller: Caller): Promise<number> => {
  const open = seenOf(upstream.requests, caller).filter(isOpen);
  await pause(100);
  return open.filter(isOpen).length;
};

/** The same answer; `tell` is called when it is asked for, the request itself counted among those that are open. */
export const telling =
  (tell: () => void, answer: ScriptedAnswer): ScriptedAnswer =>
  (asked) => {
    tell();
    return answer(asked);
  };

const picosecondsNow = (): bigint => BigInt(serverNow()) * 1_000_000_000n;

/** When a tenant's bucket of tokens will be full, in picoseconds. */
const fullAt = async ({ engine }: Fleet, { tenantId }: Caller): Promise<bigint> => {
  const items = await itemsOf(engine, 'ControlTable');
  return BigInt(items.find((item) => item['pk']?.S === `rate#tenant#${tenantId}#tokens`)?.['tat']?.N ?? 0);
};

/** Tokens charged from now on, to the token, as long as the bucket is not full again: throws from then on. */
const tokenMeter = async (fleet: Fleet, caller: Caller, tokensPerMinute: number) => {
  const { interval } = rateOf(tokensPerMinute);
  const from = await fullAt(fleet, caller);
  return async (): Promise<number> => {
    if (from <= picosecondsNow()) throw new Error('the bucket may have been full');
    const charged = (await fullAt(fleet, caller)) - from;
    if (charged % interval !== 0n) throw new Error('a part of a token was charged');
    return Number(charged / interval);
  };
};

const COUNTED = ['inputTokens', 'outputTokens', 'cacheWrite5mInputTokens', 'cacheWrite1hInputTokens'];

/** All tokens that records count as: what they tell without cache reads, `prepaid` where the upstream told nothing. */
export const tokensOf = (records: readonly Item[], prepaid: number): number =>
  records
    .flatMap((record) =>
      record['estimated']?.S === 'unanswered' ? [prepaid] : COUNTED.map((name) => Number(record[name]?.N)),
    )
    .reduce((sum, tokens) => sum + tokens, 0);

/** A call that is cut counts as all the output that it was allowed: less than what a long one is charged before it. */
const MAX_TOKENS = 200;

export interface Metering {
  readonly tokensPerMinute: number;
  /** Tokens that are used before anything is measured, so many that the bucket does not fill up meanwhile. */
  readonly filledBy: number;
  /** Of each call's text. */
  readonly bytes: number;
}

/**
 * A tenant whose tokens are counted, and were counted right for one client that stayed and one that left. All of its
 * calls say the same (`over`). `filling`: the sort key of the record that is not measured; `prepaid`: what one call is
 * charged before it goes out. Sets the script of `COUNTED_MODEL`.
 */
export const addMetered = async (fleet: Fleet, { tokensPerMinute, filledBy, bytes }: Metering) => {
  const caller = await fleet.addTenant({ tokensPerMinute });
  const over = { ...named(caller, 'y'.repeat(bytes)), model: COUNTED_MODEL, max_tokens: MAX_TOKENS };
  const ask = (fate: Fate = { leavesAfterEvents: Infinity }) => meet(caller, fate, fleet.servers[0], over);
  fleet.upstream.script(COUNTED_MODEL, [reply('', { usage: { input: filledBy, output: 1 } })]);
  const filledAt = picosecondsNow() + rateOf(tokensPerMinute).interval * BigInt(filledBy);
  await ask();
  await expect.poll(() => fullAt(fleet, caller)).toBeGreaterThanOrEqual(filledAt);
  const recorded = async () => (await recordsOf(fleet.engine, caller.tenantId)).map((record) => record['sk']?.S);
  await expect.poll(recorded).toHaveLength(1);
  const [filling] = await recorded();
  const charged = await tokenMeter(fleet, caller, tokensPerMinute);

  const stays = createGate();
  fleet.upstream.script(COUNTED_MODEL, [gatedBefore(1, stays, slowlyCached)]);
  const asking = ask();
  await stays.reached;
  const prepaid = await charged();
  const sent = seenOf(fleet.upstream.requests, caller).at(-1)!.raw.length;
  expect(Math.abs(prepaid - sent / 4)).toBeLessThan(20);
  stays.open();
  await asking;
  await expect.poll(charged).toBe(USED);

  const leaves = createGate();
  fleet.upstream.script(COUNTED_MODEL, [gatedBefore(3, leaves, slowlyCached)]);
  await ask({ leavesAfterEvents: 1 });
  await expect.poll(recorded).toHaveLength(3);
  const [cut] = (await recordsOf(fleet.engine, caller.tenantId)).filter(({ answered }) => answered?.BOOL !== true);
  await expect.poll(charged).toBe(USED + tokensOf([cut!], prepaid));
  leaves.open();
  return { caller, over, filling, charged, prepaid };
};

/** Comes again, each time with another fate, until it is let in; as official clients do, but sooner. */
export const meetAtLast = async (
  caller: Caller,
  random: Random,
  server: TestServer,
  over: object,
): Promise<Outcome> => {
  for (;;) {
    const outcome = await meet(caller, fateBy(random, true), server, over);
    if (outcome.status !== 429) return outcome;
    await pause(50);
  }
};
