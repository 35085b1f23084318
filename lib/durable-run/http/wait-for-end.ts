import { type Clock, sleep } from '../../kernel/clock.ts';
import type { RunKey } from '../../runs/run-key.ts';
import { hasEnded, type RunRow, type RunStore } from '../../runs/types.ts';

/** The longest wait that a submission may ask for. */
const MAX_WAIT_MS = 60_000;
/** Between two looks: short at first, since a run that is waited for is mostly a short one. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

const WAIT = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?=$|[,;])/i;

/** `Prefer: wait=N` (RFC 7240) in milliseconds, at most a minute; 0 where it is not asked for. */
export const preferredWaitMs = (prefer: string | undefined): number => {
  const seconds = WAIT.exec(prefer ?? '')?.[1];
  return seconds === undefined ? 0 : Math.min(MAX_WAIT_MS, Number(seconds) * 1_000);
};

export interface WaitForEndParts {
  readonly clock: Clock;
  readonly runs: Pick<RunStore, 'find'>;
}

const NEVER = new AbortController().signal;

/** The run's row once it has ended; `null` where it has not within `waitMs`. */
export const waitForEnd = async (
  { clock, runs }: WaitForEndParts,
  { tenantId, runId }: RunKey,
  waitMs: number,
): Promise<RunRow | null> => {
  const untilMs = clock.monotonicMs() + waitMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.5)) {
    const leftMs = untilMs - clock.monotonicMs();
    if (leftMs <= 0) return null;
    await sleep(clock, Math.min(pauseMs, leftMs), NEVER);
    // The run is submitted whatever the store says now.
    const row = await runs.find(tenantId, runId).catch(() => null);
    if (row !== null && hasEnded(row)) return row;
  }
};
