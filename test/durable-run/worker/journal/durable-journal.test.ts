import { expect, it } from 'vitest';
import {
  createDurableJournal,
  type DurableJournalOptions,
} from '../../../../lib/durable-run/worker/journal/durable-journal.ts';
import { NotNow } from '../../../../lib/durable-run/worker/store-away/not-now.ts';
import { createDeadline } from '../../../../lib/kernel/deadline.ts';
import { createFakeClock } from '../../../fake-clock.ts';
import { createMemoryExecution } from '../memory-execution.ts';

/** A journal over one invocation, and what was asked of it. */
const journalOf = (options: Partial<DurableJournalOptions> = {}) => {
  const clock = createFakeClock();
  const execution = createMemoryExecution();
  const begun: string[] = [];
  const { context, ended } = execution.invocation();
  const journal = createDurableJournal({
    context,
    now: () => clock.now(),
    remainingMs: () => 880_000,
    elapsedMs: () => 0,
    begin: async (name) => (begun.push(name), { begun: 1, lostUsd: '0' }),
    deadlineFor: (ms) => createDeadline(clock, ms),
    isStale: () => false,
    isCancelled: () => false,
    longestCallMs: 600_000,
    timeoutMs: Infinity,
    overflow: { put: () => Promise.reject(new Error('too large')), get: () => Promise.reject(new Error('not there')) },
    ...options,
  });
  return { journal, begun, ended, execution };
};

const ORPHANED = { interrupted: () => 'orphaned' };

it('a worker that is no more begins nothing: no step is counted, and none is made', async () => {
  const { journal, begun, ended, execution } = journalOf({ isStale: () => true });
  let made = 0;
  void journal.step('tool-1', async () => String((made += 1)), ORPHANED);
  expect(await ended).toBe('suspended');
  expect([begun, made, execution.done]).toEqual([[], 0, []]);
});

it('a run is full when 2,800 of its operations are used, and so is its replay', async () => {
  const { journal } = journalOf();
  const isFullAfter = async (each: (n: number) => Promise<unknown>, count: number) => {
    for (let n = 1; n <= count; n += 1) await each(n);
    return journal.isFull;
  };
  expect(await isFullAfter((n) => journal.step(`s-${n}`, async () => n), 2_799)).toBe(false);
  expect(await isFullAfter(() => journal.step('last', async () => 0), 1)).toBe(true);
});

it('what must wait for long is tried again after 1, 2, 4, 8 and then each 15 seconds', async () => {
  const waiting = createMemoryExecution();
  for (let invocation = 1; invocation <= 7; invocation += 1) {
    const { context, ended } = waiting.invocation();
    const { journal } = journalOf({ context, begin: () => Promise.reject(new NotNow(1, true)) });
    void journal.step('model-1', async () => 'never', ORPHANED);
    expect(await ended).toBe('suspended');
  }
  expect(waiting.delays).toEqual([1, 2, 4, 8, 15, 15, 15]);
});

it('a step that waits is not begun before its time, unless the run is cancelled', async () => {
  for (const isCancelled of [false, true]) {
    const clock = createFakeClock();
    const { journal, begun, ended, execution } = journalOf({ now: () => clock.now(), isCancelled: () => isCancelled });
    const wait = { at: clock.now() + 20_000, forMs: 20_000 };
    const done = journal.step('model-1.2', async () => 'made', { ...ORPHANED, wait });
    if (isCancelled) expect(await done).toBe('made');
    else expect(await ended).toBe('suspended');
    expect([begun.length, execution.delays]).toEqual(isCancelled ? [1, []] : [0, [15]]);
  }
});

it('a step that is never begun twice is not given up for what was only counted', async () => {
  const { journal } = journalOf({ begin: async () => ({ begun: 4, lostUsd: '0' }) });
  expect(await journal.step('tool-1', async () => 'done', { ...ORPHANED, once: true })).toBe('done');
  expect(await journal.step('tool-2', async () => 'done', ORPHANED)).toBe('orphaned');
});
