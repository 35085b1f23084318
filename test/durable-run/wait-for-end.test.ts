import { expect, it } from 'vitest';
import { preferredWaitMs, waitForEnd } from '../../lib/durable-run/http/wait-for-end.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import type { RunRow } from '../../lib/runs/types.ts';
import { createFakeClock } from '../fake-clock.ts';
import { runRow } from './run-row.ts';

const RUN = { tenantId: 'acme', runId: 'run_1' };

/** What a submission gets that waits for so long, where each look finds the next of these. */
const waited = async (waitMs: number, looks: readonly (RunRow | Error | null)[]) => {
  const clock = createFakeClock();
  let looked = 0;
  const find = async () => {
    const found = looks[Math.min(looked, looks.length - 1)] ?? null;
    looked += 1;
    if (found instanceof Error) throw found;
    return found;
  };
  let row: RunRow | null | undefined;
  void waitForEnd({ clock, runs: { find } }, RUN, waitMs).then((found) => (row = found));
  await clock.advance(waitMs);
  return { status: row === undefined ? 'waits' : (row?.status ?? null), looked, pending: clock.pending };
};

const DOWN = new AppError('store-unavailable', safe`down`);
const ENDED = runRow({ status: 'succeeded' });

it.each<[string, readonly (RunRow | Error | null)[], string | null]>([
  ['a run that ends in time is given', [runRow(), runRow(), ENDED], 'succeeded'],
  ['one that does not is not', [runRow()], null],
  ['a store that fails is asked again: the run was submitted whatever it says', [DOWN, DOWN, ENDED], 'succeeded'],
  ['one that never answers is no error of the submission', [DOWN], null],
])('%s', async (_title, looks, status) => {
  const found = await waited(10_000, looks);
  expect(found).toMatchObject({ status, pending: 0 });
  // A look each second, and a few more at the beginning.
  expect(found.looked).toBeLessThanOrEqual(18);
});

it.each([
  ['wait=5', 5_000],
  ['respond-async, wait=5', 5_000],
  ['wait=100', 60_000],
  ['wait=-1', 0],
  ['wait', 0],
  [undefined, 0],
])('`Prefer: %s` waits for %i ms', (prefer, ms) => {
  expect(preferredWaitMs(prefer)).toBe(ms);
});
