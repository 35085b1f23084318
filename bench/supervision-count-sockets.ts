import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../lib/kernel/clock.ts';
import { supervisedAttempt } from '../lib/model-call/attempt/supervised-attempt.ts';
import type { Attempt } from '../lib/model-call/types.ts';
import { withKeyPool } from '../lib/model-call/with-key-pool.ts';
import { systemClock } from '../local/system-clock.ts';
import { reply, type ScriptedAnswer, status } from '../testing/upstream/answers.ts';
import { endAfter, gatedBefore, gatedHeaders, resetAfter } from '../testing/upstream/broken.ts';
import { createGate } from '../testing/upstream/gate.ts';
import { type ScriptedUpstream, startScriptedUpstream } from '../testing/upstream/start-scripted-upstream.ts';
import { callParts, REQUEST, runOf } from './supervision-parts.ts';

/** In each count. */
export const CALLS = 100;
const BROKEN_EACH = 10;
const BROKEN = CALLS / BROKEN_EACH;

/** In the middle of its ten, so that others come before the first and after the last of them. */
const isBroken = (index: number): boolean => index % BROKEN_EACH === BROKEN_EACH >> 1;

/** Connections that a broken answer costs at most: its own, and one that fetch opens for the call that is gone (undici issue 5845). */
const BREAK_COSTS = 2;

interface Needs {
  readonly least: number;
  readonly most: number;
}
const KEPT: Needs = { least: 1, most: 1 };
const LOST: Needs = { least: 1 + BROKEN, most: 1 + BROKEN * BREAK_COSTS };

/** What fetch tells of its connections by origin. */
interface Fetching {
  readonly stats: Readonly<Record<string, Readonly<Record<'connected' | 'free' | 'size', number>>>>;
}

/** Whether every connection to the upstream is free for the next call. */
const allFree = (url: string): boolean => {
  const dispatcher = (globalThis as Record<symbol, unknown>)[Symbol.for('undici.globalDispatcher.1')] as Fetching;
  const { connected, free, size } = dispatcher.stats[url] ?? { connected: 0, free: 0, size: 0 };
  return size === 0 && free === connected;
};

/**
 * What passes between two calls of a run: a store is asked. Fetch frees a connection one turn of the event loop after the
 * end of its body, and needs a few more where it was broken off; on a busy machine that end comes later still.
 */
const pass = async ({ url }: ScriptedUpstream): Promise<void> => {
  for (let turns = 0; turns < 10 || !allFree(url); turns += 1) await turn();
};

/** An answer, and when its caller leaves it. */
interface Scene {
  readonly answer: ScriptedAnswer;
  readonly left?: Promise<void>;
}

const leaving = (): Scene => {
  const gate = createGate();
  return { answer: gatedBefore(4, gate, reply()), left: gate.reached };
};

/** What may become of every tenth of a hundred calls, and how many connections they need. */
export const SEQUENCES: ReadonlyMap<string, Needs & { readonly each: () => Scene }> = new Map([
  ['is answered', { each: () => ({ answer: reply() }), ...KEPT }],
  ['is refused with a status', { each: () => ({ answer: status(529) }), ...KEPT }],
  ['ends too early', { each: () => ({ answer: endAfter(4, reply()) }), ...KEPT }],
  ['is torn by the upstream', { each: () => ({ answer: resetAfter(4, reply()) }), ...LOST }],
  ['is left by its caller', { each: leaving, ...LOST }],
]);

/** Counted, not timed: a busy machine, which is slow to end a body, must not look like an upstream that does not end it. */
const patient: Clock = { ...systemClock, after: (ms, act) => systemClock.after(100 * ms, act) };

/** Without retries and stand-ins: a call is one attempt, whatever becomes of it. */
const callOn = ({ url }: ScriptedUpstream): Attempt => {
  const parts = callParts(url, patient);
  return withKeyPool(parts)(supervisedAttempt(parts));
};

const withUpstream = async <Counted>(count: (upstream: ScriptedUpstream) => Promise<Counted>): Promise<Counted> => {
  const upstream = await startScriptedUpstream();
  try {
    return await count(upstream);
  } finally {
    await upstream.close();
  }
};

/** How many connections the upstream sees over calls that come one after the other, every tenth of which is `each`. */
export const socketsOneByOne = (each: () => Scene): Promise<number> =>
  withUpstream(async (upstream) => {
    const call = callOn(upstream);
    for (let made = 0; made < CALLS; made += 1) {
      const { answer, left } = isBroken(made) ? each() : { answer: reply() };
      const leave = new AbortController();
      void left?.then(() => leave.abort());
      upstream.script('*', [answer]);
      const outcome = await runOf(call, REQUEST, leave.signal);
      if (!outcome.ok && !isBroken(made)) throw outcome.fault.error;
      await pass(upstream);
    }
    return upstream.sockets.opened;
  });

/** What may become of a hundred calls at once, and how many connections they and a hundred more need. */
export const BURSTS: ReadonlyMap<string, Needs & { readonly leaves: boolean }> = new Map([
  ['all are answered', { leaves: false, least: CALLS, most: CALLS }],
  ['every tenth is left by its caller', { leaves: true, least: CALLS + BROKEN, most: CALLS + BROKEN * BREAK_COSTS }],
]);

/** How many connections it sees when all calls were under way at the same time, and when as many were once more. */
export const socketsAtOnce = (leaves: boolean): Promise<{ readonly first: number; readonly again: number }> =>
  withUpstream(async (upstream) => {
    const call = callOn(upstream);
    const burst = async () => {
      const gate = createGate();
      const leave = new AbortController();
      const never = new AbortController();
      upstream.script('*', [gatedHeaders(gate, reply())]);
      const signalOf = (index: number) => (leaves && isBroken(index) ? leave.signal : never.signal);
      const asked = Array.from({ length: CALLS }, (_, index) => runOf(call, REQUEST, signalOf(index)));
      await upstream.seen(upstream.requests.length + CALLS);
      leave.abort();
      gate.open();
      const outcomes = await Promise.all(asked);
      if (outcomes.some(({ ok }, index) => !ok && signalOf(index) !== leave.signal))
        throw new Error('A call has failed.');
      await pass(upstream);
      return upstream.sockets.opened;
    };
    return { first: await burst(), again: await burst() };
  });
