import { expect, it } from 'vitest';
import { epochSeconds } from '../../lib/kernel/clock.ts';
import { fromMs } from '../../lib/rate-limit/rate.ts';
import type { RateStore } from '../../lib/rate-limit/store.ts';
import { NOW } from '../rate-limit/parts.ts';

const options = { expiresAt: epochSeconds(NOW + 60_000) };
const at = (ms: number) => fromMs(NOW + ms);

/** What every store of buckets does. Each test has keys of its own. */
export const rateStoreContract = (createStore: () => RateStore): void => {
  it('sets a bucket that is not there, where that is allowed', async () => {
    const store = createStore();
    expect(await store.move('new', { from: at(0), to: at(9), change: { set: at(1) } }, options)).toEqual({
      applied: false,
      tat: null,
    });
    expect(await store.move('new', { from: null, to: at(0), change: { set: at(1) } }, options)).toEqual({
      applied: true,
      tat: at(1),
    });
  });

  it.each([
    ['below the range', 9, false],
    ['at its lower end', 10, true],
    ['at its upper end', 20, true],
    ['above it', 21, false],
  ] as const)('moves a bucket that lies within, ends included: %s', async (title, ms, applied) => {
    const store = createStore();
    await store.move(title, { from: null, to: at(ms), change: { set: at(ms) } }, options);
    const moved = await store.move(title, { from: at(10), to: at(20), change: { add: fromMs(5) } }, options);
    expect(moved).toEqual({ applied, tat: applied ? at(ms + 5) : at(ms) });
  });

  it('takes one that is there and not above the range for one that is not there', async () => {
    const store = createStore();
    await store.move('idle', { from: null, to: at(0), change: { set: at(5) } }, options);
    const again = { from: null, to: at(4), change: { set: at(9) } };
    expect(await store.move('idle', again, options)).toEqual({ applied: false, tat: at(5) });
    expect(await store.move('idle', { ...again, to: at(5) }, options)).toEqual({ applied: true, tat: at(9) });
  });

  it('is exact to the picosecond, also below', async () => {
    const store = createStore();
    await store.move('exact', { from: null, to: at(0), change: { set: at(5) + 1n } }, options);
    const down = { from: at(5) + 1n, to: at(5) + 1n, change: { add: -fromMs(2) - 3n } };
    expect(await store.move('exact', down, options)).toEqual({ applied: true, tat: at(3) - 2n });
  });

  it('makes as many of fifty simultaneous moves as the range has room for', async () => {
    const store = createStore();
    await store.move('crowd', { from: null, to: at(0), change: { set: at(0) } }, options);
    const one = { from: at(0), to: at(18), change: { add: fromMs(2) } };
    const moved = await Promise.all(Array.from({ length: 50 }, () => store.move('crowd', one, options)));
    expect(moved.filter(({ applied }) => applied)).toHaveLength(10);
    expect(await store.move('crowd', one, options)).toEqual({ applied: false, tat: at(20) });
  });

  it('keeps buckets apart', async () => {
    const store = createStore();
    await store.move('tenant#a#requests', { from: null, to: at(0), change: { set: at(5) } }, options);
    expect(await store.move('tenant#b#requests', { from: at(0), to: at(9), change: { add: 1n } }, options)).toEqual({
      applied: false,
      tat: null,
    });
  });
};
