import { describe, expect, it } from 'vitest';
import { createWatchdog } from '../../lib/claude/watchdog.ts';
import { createDeadline } from '../../lib/kernel/deadline.ts';
import { createFakeClock } from '../fake-clock.ts';

const LIMITS = { firstContentMs: 30_000, idleMs: 10_000 };

const watching = (deadlineMs = 600_000) => {
  const clock = createFakeClock();
  const deadline = createDeadline(clock, deadlineMs);
  const watchdog = createWatchdog(clock, deadline, LIMITS);
  return { clock, deadline, watchdog };
};

describe('before the first content', () => {
  it('neither pings nor events without content buy time', async () => {
    const { clock, watchdog } = watching();
    for (let second = 0; second < 29; second += 1) {
      watchdog.saw(second % 2 ? 'ping' : 'other');
      await clock.advance(1_000);
    }
    expect(watchdog.verdict).toBeNull();
    await clock.advance(1_000);
    expect(watchdog.verdict).toBe('no-content');
    expect(watchdog.signal.aborted).toBe(true);
  });
});

describe('inside the stream', () => {
  it('each event buys one idle limit', async () => {
    const { clock, watchdog } = watching();
    for (let beat = 0; beat < 20; beat += 1) {
      watchdog.saw('content');
      await clock.advance(9_999);
    }
    expect(watchdog.verdict).toBeNull();
    await clock.advance(1);
    expect(watchdog.verdict).toBe('stalled');
  });

  it('pings alone buy four idle limits, and no more', async () => {
    const { clock, watchdog } = watching();
    watchdog.saw('content');
    for (let second = 0; second < 39; second += 1) {
      await clock.advance(1_000);
      watchdog.saw('ping');
    }
    expect(watchdog.verdict).toBeNull();
    await clock.advance(1_000);
    expect(watchdog.verdict).toBe('stalled');
  });

  it('an event after pings starts the four limits anew', async () => {
    const { clock, watchdog } = watching();
    watchdog.saw('content');
    for (let second = 0; second < 70; second += 1) {
      await clock.advance(1_000);
      watchdog.saw(second === 35 ? 'content' : 'ping');
    }
    expect(watchdog.verdict).toBeNull();
  });
});

it('tells the deadline from the caller who left', async () => {
  const late = watching(5_000);
  await late.clock.advance(5_000);
  expect(late.watchdog.verdict).toBe('deadline');

  const clock = createFakeClock();
  const caller = new AbortController();
  const left = createWatchdog(clock, createDeadline(clock, 5_000, caller.signal), LIMITS);
  caller.abort();
  expect(left.verdict).toBe('cancelled');
  const after = createWatchdog(clock, createDeadline(clock, 5_000, caller.signal), LIMITS);
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
