import { describe, expect, it } from 'vitest';
import { BOOKS_MS, createShutdown, DRAIN_MS, HAND_OVER_MS } from '../../lib/kernel/shutdown.ts';
import { createFakeClock } from '../fake-clock.ts';

const open = () => {
  const clock = createFakeClock();
  const shutdown = createShutdown(clock);
  const seen = { ended: false };
  const begin = () => void shutdown.begin().then(() => (seen.ended = true));
  /** What follows from what has happened. */
  const settled = async () => {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  const advance = (ms: number) => clock.advance(ms);
  return { shutdown, seen, begin, settled, advance };
};

describe('a process that is asked to end', () => {
  it('ends at once where nothing is under way', async () => {
    const { shutdown, seen, begin, settled } = open();
    const leave = shutdown.enter();
    leave();
    begin();
    await settled();
    expect([seen.ended, shutdown.signal.aborted, shutdown.underWay()]).toEqual([true, false, 0]);
  });

  it('lets what is nearly done end, and hands its answer over', async () => {
    const { shutdown, seen, begin, settled, advance } = open();
    const [one, other] = [shutdown.enter(), shutdown.enter()];
    begin();
    one();
    // Said twice, it is one end all the same.
    one();
    await advance(DRAIN_MS - 1);
    expect([shutdown.underWay(), shutdown.signal.aborted]).toEqual([1, false]);
    other();
    await settled();
    expect(seen.ended).toBe(false);
    await advance(HAND_OVER_MS);
    expect(seen.ended).toBe(true);
  });

  it('ends what goes on, and waits until it has settled', async () => {
    const { shutdown, seen, begin, settled, advance } = open();
    const leave = shutdown.enter();
    begin();
    begin();
    await advance(DRAIN_MS);
    expect(shutdown.signal.aborted).toBe(true);
    await advance(BOOKS_MS - 1);
    expect(seen.ended).toBe(false);
    leave();
    await settled();
    await advance(HAND_OVER_MS);
    expect(seen.ended).toBe(true);
  });

  it('waits for nothing that hears of no end', async () => {
    const { shutdown, seen, begin, advance } = open();
    shutdown.enter();
    begin();
    await advance(DRAIN_MS);
    await advance(BOOKS_MS);
    await advance(HAND_OVER_MS);
    expect(seen.ended).toBe(true);
  });
});
