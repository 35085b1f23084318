import { longestAnswerMs } from '../../http/run-limits.ts';
import { STORAGE_GRACE_MS } from '../../kernel/deadline.ts';

/** How long a run may take from its request's arrival on: as it asks, within what the stage and its kind of answer allow. */
export const runTimeoutMs = (askedMs: number | undefined, stageMs: number, streams: boolean): number => {
  const longestMs = longestAnswerMs(stageMs, streams);
  return Math.min(askedMs ?? longestMs, longestMs);
};

/** A run that may take a second does not wait longer for its claim either. */
export const claimWaitMs = (timeoutMs: number, elapsedMs: number): number =>
  Math.max(0, timeoutMs - elapsedMs) + STORAGE_GRACE_MS;
