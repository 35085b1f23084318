import { describe, expect, it } from 'vitest';
import { createDeadline } from '../../lib/kernel/deadline.ts';
import { createFakeClock } from '../fake-clock.ts';

describe('a deadline', () => {
  it('counts down to zero and never below, and aborts exactly then', async () => {
    const clock = createFakeClock();
    const deadline = createDeadline(clock, 1_000);
    expect(deadline.at).toBe(clock.now() + 1_000);
    await clock.advance(999);
    expect([deadline.remainingMs(), deadline.signal.aborted, deadline.stoppedBy]).toEqual([1, false, null]);
    await clock.advance(1);
    expect([deadline.remainingMs(), deadline.signal.aborted, deadline.stoppedBy]).toEqual([0, true, 'deadline']);
    await clock.advance(500);
    expect(deadline.remainingMs()).toBe(0);
  });

  it('ends early when its caller goes, and stays cancelled after its time has come', async () => {
    const clock = createFakeClock();
    const caller = new AbortController();
    const deadline = createDeadline(clock, 1_000, caller.signal);
    caller.abort();
    expect([deadline.signal.aborted, deadline.stoppedBy, clock.pending]).toEqual([true, 'cancelled', 0]);
    await clock.advance(1_000);
    expect(deadline.stoppedBy).toBe('cancelled');
  });

  it('is over at once for a caller that has gone already', () => {
    const clock = createFakeClock();
    const deadline = createDeadline(clock, 1_000, AbortSignal.abort());
    expect([deadline.signal.aborted, deadline.stoppedBy, clock.pending]).toEqual([true, 'cancelled', 0]);
  });

  it('stays what ended it when the caller goes afterwards', async () => {
    const clock = createFakeClock();
    const caller = new AbortController();
    const deadline = createDeadline(clock, 10, caller.signal);
    await clock.advance(10);
    caller.abort();
    expect(deadline.stoppedBy).toBe('deadline');
  });

  it('leaves no timer and hears nothing more when it is disposed of', () => {
    const clock = createFakeClock();
    const caller = new AbortController();
    const deadline = createDeadline(clock, 1_000, caller.signal);
    deadline[Symbol.dispose]();
    caller.abort();
    expect([clock.pending, deadline.signal.aborted, deadline.stoppedBy]).toEqual([0, false, null]);
  });
});
