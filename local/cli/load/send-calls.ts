import type { Clock } from '../../../lib/kernel/clock.ts';
import { type PicoUsd, plus, ZERO } from '../../../lib/kernel/money.ts';
import type { Call } from './figures.ts';

export interface Bounds {
  readonly calls: number;
  readonly atOnce: number;
  /** No call begins later. */
  readonly forMs: number;
  /** No call begins when so much is spent, what is under way counted as the dearest one. */
  readonly most: PicoUsd;
}

/** Why it ended. */
export type Ended = 'calls' | 'time' | 'cost';

export interface Sent {
  readonly calls: readonly Call[];
  readonly elapsedMs: number;
  readonly ended: Ended;
}

/** What a call counts for: at least as much as the dearest one, where nobody said what it cost. */
const counted = ({ cost, isCostUnknown }: Call, dearest: PicoUsd): PicoUsd =>
  isCostUnknown && cost < dearest ? dearest : cost;

/**
 * Makes calls, so many at once, each place one after the other, until one of the bounds is reached. The first one goes alone,
 * since before its end nobody knows what a call costs. Those that are under way at the end are waited for. Rejects with what a
 * call rejects with, and begins none after that.
 */
export const sendCalls = async (
  call: () => Promise<Call>,
  { calls: wanted, atOnce, forMs, most }: Bounds,
  { clock, at }: { readonly clock: Pick<Clock, 'monotonicMs'>; readonly at: (done: number) => void },
): Promise<Sent> => {
  const began = clock.monotonicMs();
  const calls: Call[] = [];
  let begun = 0;
  let spent = ZERO;
  let dearest = ZERO;
  let isBroken = false;
  const underWay = () => begun - calls.length;
  /** Whether one more may make what is spent too much: what is under way decides it, so it is waited for. */
  const isFull = (): boolean =>
    underWay() > 0 && (calls.length === 0 || spent + BigInt(underWay() + 1) * dearest > most);
  const reached = (): Ended | null => {
    if (begun >= wanted) return 'calls';
    if (spent >= most) return 'cost';
    return clock.monotonicMs() - began >= forMs ? 'time' : null;
  };
  let ended: Ended | null = null;
  let oneEnds = Promise.withResolvers<void>();
  const work = async (): Promise<void> => {
    while (!isBroken && (ended ??= reached()) === null) {
      if (isFull()) {
        await oneEnds.promise;
        continue;
      }
      begun += 1;
      try {
        const made = await call();
        calls.push(made);
        if (made.cost > dearest) dearest = made.cost;
        spent = plus(spent, counted(made, dearest));
        at(calls.length);
      } catch (error) {
        isBroken = true;
        throw error;
      } finally {
        oneEnds.resolve();
        oneEnds = Promise.withResolvers<void>();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, wanted) }, work));
  return { calls, elapsedMs: clock.monotonicMs() - began, ended: ended ?? 'calls' };
};
