import { describe, expect, it } from 'vitest';
import { createDeadline } from '../../../lib/kernel/deadline.ts';
import { createStreamTimeouts } from '../../../lib/model-call/attempt/stream-timeouts.ts';
import { createFakeClock } from '../../fake-clock.ts';

const LIMITS = { firstContentMs: 30_000, idleMs: 10_000 };

const watching = (deadlineMs = 1_200_000, giveWayInMs = Number.POSITIVE_INFINITY) => {
  const clock = createFakeClock();
  const deadline = createDeadline(clock, deadlineMs);
  const watchdog = createStreamTimeouts(clock, deadline, LIMITS, clock.monotonicMs() + giveWayInMs);
  return { clock, deadline, watchdog };
};

/** Lives for so long by a sign each `eachMs`, and then is silent; how long it was watched in all. */
const watchedMs = async (
  { clock, watchdog }: ReturnType<typeof watching>,
  alive: { readonly forMs: number; readonly eachMs: number },
) => {
  const begunMs = clock.monotonicMs();
  for (let ms = 0; ms < alive.forMs && watchdog.verdict === null; ms += alive.eachMs) {
    watchdog.sawBytes();
    await clock.advance(alive.eachMs);
  }
  while (watchdog.verdict === null) await clock.advance(1_000);
  return clock.monotonicMs() - begunMs;
};

describe('before the first content', () => {
  it('a silence lasts as long as its limit', async () => {
    const { clock, watchdog } = watching();
    await clock.advance(29_999);
    expect(watchdog.verdict).toBeNull();
    await clock.advance(1);
    expect(watchdog.verdict).toBe('no-content');
    expect(watchdog.signal.aborted).toBe(true);
  });

  it('each byte begins it anew', async () => {
    const parts = watching();
    expect(await watchedMs(parts, { forMs: 200_000, eachMs: 25_000 })).toBe(205_000);
    expect(parts.watchdog.verdict).toBe('no-content');
  });

  it('an event without content is no more than its bytes', async () => {
    const { clock, watchdog } = watching();
    for (let second = 0; second < 290; second += 29) {
      watchdog.saw('life');
      await clock.advance(29_000);
    }
    expect(watchdog.verdict).toBeNull();
    await clock.advance(1_000);
    expect(watchdog.verdict).toBe('no-content');
  });

  it('signs of life alone buy ten limits in all', async () => {
    const parts = watching();
    expect(await watchedMs(parts, { forMs: 600_000, eachMs: 1_000 })).toBe(300_000);
    expect(parts.watchdog.verdict).toBe('no-content');
  });

  it('nobody is given way to, however little time there is', async () => {
    const parts = watching(100_000, 5_000);
    expect(await watchedMs(parts, { forMs: 60_000, eachMs: 20_000 })).toBe(70_000);
  });
});

describe('inside the stream', () => {
  it('each byte begins the silence anew, up to the deadline', async () => {
    const parts = watching();
    parts.watchdog.saw('content');
    expect(await watchedMs(parts, { forMs: 2_000_000, eachMs: 9_999 })).toBeLessThanOrEqual(1_210_000);
    expect(parts.watchdog.verdict).toBe('deadline');
  });

  it.each([
    ['content', 10_000],
    ['unseen', 20_000],
  ] as const)('a silence after %s lasts %i ms', async (sign, limitMs) => {
    const { clock, watchdog } = watching();
    watchdog.saw(sign);
    await clock.advance(limitMs - 1);
    expect(watchdog.verdict).toBeNull();
    await clock.advance(1);
    expect(watchdog.verdict).toBe('stalled');
  });

  it('the longer silence of what is not shown ends with it', async () => {
    const { clock, watchdog } = watching();
    watchdog.saw('unseen');
    await clock.advance(15_000);
    watchdog.saw('content');
    await clock.advance(9_999);
    expect(watchdog.verdict).toBeNull();
    await clock.advance(1);
    expect(watchdog.verdict).toBe('stalled');
  });

  it.each([
    ['a silence that began long before is given up then', 20_000, 60_000],
    ['a silence that has just begun has the limit of a first content', 59_000, 89_000],
    ['one that begins later too', 70_000, 100_000],
  ])('where somebody could stand in at 60 s, %s', async (_title, silentFromMs, endsMs) => {
    const clock = createFakeClock();
    using deadline = createDeadline(clock, 600_000);
    const begunMs = clock.monotonicMs();
    using watchdog = createStreamTimeouts(
      clock,
      deadline,
      { firstContentMs: 30_000, idleMs: 300_000 },
      begunMs + 60_000,
    );
    watchdog.saw('unseen');
    expect(await watchedMs({ clock, deadline, watchdog }, { forMs: silentFromMs + 1_000, eachMs: 1_000 })).toBe(endsMs);
    expect(watchdog.verdict).toBe('stalled');
  });
});

it('tells the deadline from the caller who left', async () => {
  const late = watching(5_000);
  await late.clock.advance(5_000);
  expect(late.watchdog.verdict).toBe('deadline');

  const clock = createFakeClock();
  const caller = new AbortController();
  const left = createStreamTimeouts(clock, createDeadline(clock, 5_000, caller.signal), LIMITS);
  caller.abort();
  expect(left.verdict).toBe('cancelled');
  const after = createStreamTimeouts(clock, createDeadline(clock, 5_000, caller.signal), LIMITS);
  expect(after.verdict).toBe('cancelled');
});

it('closes what is left open after the answer, without a verdict, and then watches nothing', async () => {
  const { clock, deadline, watchdog } = watching();
  watchdog.saw('content');
  watchdog.release(100);
  await clock.advance(100);
  expect(watchdog.signal.aborted).toBe(true);
  expect(watchdog.verdict).toBeNull();
  watchdog[Symbol.dispose]();
  deadline[Symbol.dispose]();
  expect(clock.pending).toBe(0);
});
