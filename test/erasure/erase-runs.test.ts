import { expect, it } from 'vitest';
import { newErasure } from '../../lib/end-users/erasures.ts';
import { createEraseRuns } from '../../lib/erasure/erase-runs.ts';
import { pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import type { RunSummary } from '../../lib/runs/types.ts';

const ADA = pseudonymOf('ada');
const ASKED_AT = 1_000;

const run = (change: Partial<RunSummary> = {}): RunSummary => ({
  runId: 'run_1',
  tenantId: 'acme',
  mode: 'async',
  status: 'running',
  agent: 'assistant',
  userId: ADA,
  sessionId: 'chat',
  createdAt: 500,
  updatedAt: 600,
  ...change,
});

/** An erasure of runs that are listed so, of which `rows` are there until their session is erased. */
const erased = async (listed: readonly RunSummary[], rows: readonly RunSummary[]) => {
  let isThere = true;
  const erase = createEraseRuns({
    runsOfUser: {
      async *list() {
        for (const found of listed) yield { at: found.runId, found };
      },
      find: async ({ runId }) => {
        const row = isThere ? rows.find((each) => each.runId === runId) : undefined;
        return row === undefined ? null : { ...row, links: {} };
      },
    },
    active: { list: async () => [] },
    eraseOwnRun: async () => ({ kind: 'gone' }),
    eraseSession: async () => {
      isThere = false;
      return true;
    },
  });
  return (await erase(newErasure('acme', ADA, ASKED_AT), () => false)).erasure;
};

it.each([
  ['as it is, where the list is older than its end', [run()], [run({ status: 'cancelled', updatedAt: 9_000 })], 9_000],
  ['as it is listed, once it has ended', [run({ status: 'succeeded', updatedAt: 8_000 })], [], 8_000],
  ['until the request, where it ended before', [run({ status: 'succeeded' })], [], ASKED_AT],
  ['until the request, where it is gone', [run()], [], ASKED_AT],
])(
  'what a run has booked until its end is known before its session takes it along: %s',
  async (_title, listed, rows, by) => {
    expect((await erased(listed, rows)).bookedBy).toBe(by);
  },
);
