import { beforeEach, expect, it } from 'vitest';
import { createTally, type Tally } from '../../lib/circuit-breaker/tally.ts';
import { totals, type Window } from '../../lib/circuit-breaker/window.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { NAME } from './parts.ts';

const WINDOW_MS = 60_000;

let clock: FakeClock;
let tally: Tally;
beforeEach(() => {
  clock = createFakeClock();
  tally = createTally(clock);
});

const succeed = (count: number, generation = 1) => {
  for (let call = 0; call < count; call += 1) tally.succeeded(NAME, generation, WINDOW_MS, null);
};
const inAll = (calls: Window) => totals(calls, clock.now()).calls;

it('hands each success out once, and takes it back once', () => {
  succeed(1_000);
  const taken = tally.take(NAME, 1);
  expect(inAll(taken)).toBe(1_000);
  succeed(3);
  tally.giveBack(NAME, 1, taken, WINDOW_MS);
  expect(inAll(tally.take(NAME, 1))).toBe(1_003);
  expect(inAll(tally.take(NAME, 1))).toBe(0);
});

it('forgets successes that are older than the window', async () => {
  succeed(10);
  await clock.advance(WINDOW_MS);
  succeed(1);
  expect(inAll(tally.take(NAME, 1))).toBe(1);
});

it('keeps what was counted in a later generation from a late report of an older one', () => {
  succeed(2, 1);
  const late = tally.take(NAME, 1);
  succeed(5, 3);
  expect(tally.take(NAME, 1)).toEqual([]);
  tally.giveBack(NAME, 1, late, WINDOW_MS);
  expect(inAll(tally.take(NAME, 3))).toBe(5);
});

it('counts names apart', () => {
  succeed(2);
  tally.succeeded('tool/other', 1, WINDOW_MS, null);
  expect(inAll(tally.take('tool/other', 1))).toBe(1);
  expect(inAll(tally.take(NAME, 1))).toBe(2);
});
